"""Where there is music and where somebody sings: detecting it, and stretches out of that."""
