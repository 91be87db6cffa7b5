"""Quality control: a track of cues judged by a style, whoever made it."""
