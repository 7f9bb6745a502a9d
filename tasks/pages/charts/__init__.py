"""Charts and piano rolls, as SVG and as images."""
