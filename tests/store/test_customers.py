from sqlalchemy.orm import Session

from kmcc.store.customers import Customer, Customers
from kmcc.switch.announce import Language
from kmcc.switch.queue.parties import Grade

LI = Customer("3190001", "李云", "KM-1001")
LI_TWO = Customer("3190002", "李云", "KM-1001")
BAKER = Customer("3191005", "John Baker", "KM-1004", grade=Grade.VIP, language=Language.EN)


def put_all(session: Session) -> Customers:
    customers = Customers(session)
    for customer in (LI_TWO, BAKER, LI):
        customers.put(customer)
    return customers


def test_by_number(session: Session) -> None:
    customers = put_all(session)
    assert customers.of_number("3190001") == LI
    assert customers.of_number("3191005") == BAKER
    assert customers.of_number("319000") is None


def test_all_lines_of_a_contract_in_order(session: Session) -> None:
    customers = put_all(session)
    assert customers.of_contract("KM-1001") == (LI, LI_TWO)
    assert customers.of_contract("KM-9") == ()


def test_an_account_is_a_number_or_a_contract(session: Session) -> None:
    """R-68."""
    customers = put_all(session)
    assert customers.of_account("3190002") == LI_TWO
    assert customers.of_account("KM-1001") == LI
    assert customers.of_account("") is None


def test_put_again_changes(session: Session) -> None:
    customers = put_all(session)
    customers.put(Customer("3190001", "李云", "KM-1001", grade=Grade.IMPORTANT))
    found = customers.of_number("3190001")
    assert found is not None
    assert found.grade is Grade.IMPORTANT
    assert len(customers.of_contract("KM-1001")) == 2
