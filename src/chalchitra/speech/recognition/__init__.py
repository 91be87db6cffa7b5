"""Recognition: what an engine decodes, judged, decoded again where in doubt, and corrected."""
