"""The line worker and what the desk knows of it: line, sound and recording of one workstation, in a process of their own."""
