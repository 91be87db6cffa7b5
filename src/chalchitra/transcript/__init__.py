"""What was said, when and by whom: transcript > segment > word. Times are seconds of the film."""
