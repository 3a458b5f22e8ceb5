"""Reference figures that every council shares: price index and minimum wage; and who this installation belongs to."""
