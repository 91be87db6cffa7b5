"""Text of Indian scripts in Latin letters, spelled as people type it: कमल is kamal."""
