"""What the page knows of trained runs: loaded, kept while in use, measured once; and the threads that work is done on."""
