"""`-s auto`: which language is spoken is found out while the job is prepared."""
