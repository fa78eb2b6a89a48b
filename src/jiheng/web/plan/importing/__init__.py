"""Documents brought in: uploaded, read in the background, looked at beside what is there, then imported whole."""
