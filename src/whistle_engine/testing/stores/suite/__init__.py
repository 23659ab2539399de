"""The tests of the kit, by what they are about; :class:`..contract.StoreContract` gathers them."""
