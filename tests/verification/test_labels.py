from touchline.frame import ClassId
from touchline.verification.labels import CLASS_OF, Label


def test_every_label_has_a_class_or_none_and_never_another_number():
    assert set(CLASS_OF) == set(Label)
    assert {label for label, class_id in CLASS_OF.items() if class_id is None} == {
        Label.GRASS,
        Label.BACKGROUND,
    }
    assert [CLASS_OF[Label(class_id)] for class_id in ClassId] == list(ClassId)
