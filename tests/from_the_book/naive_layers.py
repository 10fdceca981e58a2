"""Chapter 5: apples and oranges, through nodes that add and multiply."""

from dlcourse.layers import AddLayer, MulLayer

mul_apple, mul_orange, add, mul_tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
price = mul_tax.forward(add.forward(mul_apple.forward(100, 2), mul_orange.forward(150, 3)), 1.1)
dall, dtax = mul_tax.backward(1)
dapples, doranges = add.backward(dall)
dapple, dapple_num = mul_apple.backward(dapples)
assert round(price) == 715 and dtax == 650 and round(dapple, 1) == 2.2 and round(dapple_num) == 110
