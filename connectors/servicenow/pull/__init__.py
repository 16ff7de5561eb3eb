"""From records to tickets."""
