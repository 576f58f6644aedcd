"""Voice boards behind one protocol; a URL names the driver (`sim://`, later `dahdi:`, `e1d:`, `km:`)."""
