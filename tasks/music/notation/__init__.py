"""Notes as notation: a grid of sixteenths and triplets, ABC and MusicXML."""
