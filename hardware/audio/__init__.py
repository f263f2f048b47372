"""Two sound sources with clocks of their own, one timeline; and the live way from the line to the ear. What needs no device."""
