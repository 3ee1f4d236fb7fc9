"""Members as child processes: started together, heard, watched, stopped one at a time, never orphaned."""
