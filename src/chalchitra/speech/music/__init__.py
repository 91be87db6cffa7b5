"""Where there is music and where somebody sings: hearing it, and stretches out of that."""
