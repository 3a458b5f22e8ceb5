"""The bidders' workbook of a tender: out with the measures in words, back with the commitments."""
