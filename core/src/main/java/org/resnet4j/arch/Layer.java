package org.resnet4j.arch;

/**
 * A convolution in its place in a network, with the batch norm that follows it.
 *
 * @param convolutionName torchvision's module name, e.g. {@code layer1.0.conv1}
 * @param normName torchvision's module name, e.g. {@code layer1.0.bn1}
 * @param convolution what it does
 * @param in the shape that reaches it
 */
public record Layer(String convolutionName, String normName, Convolution convolution, Shape in) {
  public Shape out() {
    return convolution.output(in);
  }

  /** Trained values: the kernel, and scale and shift of the batch norm. */
  public long parameters() {
    return convolution.weights() + 2L * convolution.out();
  }

  /** Multiply-adds of the convolution for one image; batch norm is not counted, as in the paper. */
  public long multiplyAdds() {
    return convolution.multiplyAdds(in);
  }
}
