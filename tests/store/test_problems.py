from tb_keras_inspect.store.problems import REASONS, SHOWN, Problems


def test_a_record_read_twice_counts_once():
    problems = Problems()
    for _ in range(3):
        problems.add("gradient", "bad", 5, 1.0)
    assert problems.texts() == ["gradient: 1 record skipped (step 5): bad"]


def test_records_are_counted_and_the_first_steps_named():
    problems = Problems()
    for step in range(SHOWN + 2):
        problems.add("gradient", "bad", step, float(step))
    assert problems.texts() == ["gradient: 7 records skipped (step 0, 1, 2, 3, 4, ...): bad"]


def test_endless_reasons_do_not_fill_the_memory():
    problems = Problems()
    for number in range(1000):
        problems.add("gradient", f"reason {number}", number, 0.0)
    assert len(problems.texts()) == REASONS + 1
    assert "950 records" in problems.texts()[-1]
