"""The queue machine under random traffic in virtual time: how many seats a service needs (`kmcc queue simulate`)."""
