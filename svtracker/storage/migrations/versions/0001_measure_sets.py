"""tmp"""
revision="0001_measure_sets"
down_revision=None
def upgrade(): pass
def downgrade(): pass
