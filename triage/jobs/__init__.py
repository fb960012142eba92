"""Jobs: what came in is reviewed, whatever is killed, slow or down in between. The only room that knows DBOS."""
