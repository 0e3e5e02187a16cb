"""How true results are: held against labels, with the metrics that the field knows.

``formats`` reads each format of labels and answers into ``LabelledFrames``; ``aligned`` checks that
the two are of one video; ``metrics`` are pure functions of both. What a match adds to a metric can
be joined with others, and resampled by ``bootstrap``.
"""
