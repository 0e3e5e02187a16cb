import numpy as np

from touchline.frame import ClassId
from touchline.verification.labels import CLASS_OF, Label, as_claimed


def test_every_label_has_a_class_or_none_and_never_another_number():
    assert set(CLASS_OF) == set(Label)
    assert {label for label, class_id in CLASS_OF.items() if class_id is None} == {
        Label.GRASS,
        Label.BACKGROUND,
    }
    assert [CLASS_OF[Label(class_id)] for class_id in ClassId] == list(ClassId)


def test_a_person_of_any_role_is_as_claimed_and_a_ball_only_a_football():
    row = np.array([[0.1, 0.2, 0.3, 0.1, 0.2, 0.1]])
    assert np.allclose(as_claimed(row, np.array([False])), 0.6)
    assert np.allclose(as_claimed(row, np.array([True])), 0.1)
