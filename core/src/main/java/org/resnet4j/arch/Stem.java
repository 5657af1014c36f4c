package org.resnet4j.arch;

/**
 * What comes before the first stage: a convolution with batch norm and ReLU, then perhaps a pool.
 *
 * @param convolution 3x3 at stride 1 for CIFAR, 7x7 at stride 2 for ImageNet
 * @param pooled whether a 3x3 maximum pool with stride 2 and padding 1 follows
 */
public record Stem(Convolution convolution, boolean pooled) {
  /** 3x3, stride 1, no pool; arXiv 1512.03385, section 4.2. */
  public static Stem cifar(int channels, int width) {
    return new Stem(Convolution.of3x3(channels, width, 1), false);
  }

  /** 7x7, stride 2, pooled; arXiv 1512.03385, table 1. */
  public static Stem imagenet(int channels, int width) {
    return new Stem(new Convolution(channels, width, 7, 2, 3), true);
  }

  /** The shape the first stage sees. */
  public Shape output(Shape input) {
    Shape convolved = convolution.output(input);
    return pooled
        ? new Shape(convolved.channels(), pool(convolved.height()), pool(convolved.width()))
        : convolved;
  }

  private static int pool(int side) {
    return (side - 1) / 2 + 1;
  }

  int stride() {
    return convolution.stride() * (pooled ? 2 : 1);
  }

  Stem withChannels(int channels) {
    return new Stem(
        new Convolution(
            channels,
            convolution.out(),
            convolution.kernel(),
            convolution.stride(),
            convolution.padding()),
        pooled);
  }
}
