"""The recognition engines: CTranslate2 (faster-whisper), whisperX and MLX, behind one interface."""
