"""One file per foreign form of data, each yielding rows; mapping rows to items is ``mapping.py``'s job."""
