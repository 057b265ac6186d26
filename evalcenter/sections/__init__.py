"""One file per report section, returning blocks of data, never HTML."""
