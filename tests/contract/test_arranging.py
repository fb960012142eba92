from tests.contract.arranged import Arranged


def test_the_administrator_can_make_everything_that_the_tests_need(arranged: Arranged) -> None:
    made = [
        arranged.order(),
        arranged.purchase(),
        arranged.picking(),
        arranged.invoice(),
        arranged.lead(),
        arranged.ticket(),
    ]
    assert all(arranged.row(ref, "display_name").id == ref.id for ref in made)
    assert arranged.user(["base.group_user"]) > 0
    assert arranged.other_company() != arranged.company()
