"""What is done with the tracks of a job that ran: judged, cut by another style, edited by hand."""
