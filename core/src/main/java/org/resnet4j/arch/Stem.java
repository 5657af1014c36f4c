package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;

/** What comes before the first stage: convolutions with norm and ReLU, then perhaps a pool. */
public sealed interface Stem {
  /** The convolutions, first to last. */
  List<Convolution> convolutions();

  Pool pool();

  /** The same stem for images of that many channels. */
  Stem withChannels(int channels);

  /** What halves the size after the convolutions. */
  enum Pool {
    NONE,
    /** A 3x3 maximum with stride 2 and padding 1. */
    MAX,
    /** A 3x3 maximum at every pixel, then a blur with stride 2; arXiv 1904.11486. */
    BLURRED_MAX
  }

  /**
   * One convolution, as in the paper.
   *
   * @param convolution 3x3 at stride 1 for CIFAR, 7x7 at stride 2 for ImageNet; without bias, which
   *     the network's norm decides about
   */
  record Single(Convolution convolution, Pool pool) implements Stem {
    /** Throws {@link IllegalArgumentException} for a bias. */
    public Single {
      if (convolution.bias()) {
        throw new IllegalArgumentException(
            "stem %s: leave the bias out; a network whose norm is none adds it"
                .formatted(convolution));
      }
    }

    @Override
    public List<Convolution> convolutions() {
      return List.of(convolution);
    }

    @Override
    public Single withChannels(int channels) {
      return new Single(convolution.withIn(channels), pool);
    }
  }

  /**
   * Three 3x3 convolutions, the first with stride 2; arXiv 1812.01187, figure 2b.
   *
   * @param in channels of an image
   * @param first channels after the first convolution
   * @param second channels after the second
   * @param out channels after the third
   */
  record Deep(int in, int first, int second, int out, Pool pool) implements Stem {
    @Override
    public List<Convolution> convolutions() {
      return List.of(
          Convolution.of3x3(in, first, 2),
          Convolution.of3x3(first, second, 1),
          Convolution.of3x3(second, out, 1));
    }

    @Override
    public Deep withChannels(int channels) {
      return new Deep(channels, first, second, out, pool);
    }
  }

  /** 3x3, stride 1, no pool; arXiv 1512.03385, section 4.2. */
  static Stem cifar(int channels, int width) {
    return new Single(Convolution.of3x3(channels, width, 1), Pool.NONE);
  }

  /** 7x7, stride 2, pooled; arXiv 1512.03385, table 1. */
  static Stem imagenet(int channels, int width) {
    return new Single(new Convolution(channels, width, 7, 2, 3), Pool.MAX);
  }

  /** How many pixels of an image lie between two of the first stage's input. */
  default int stride() {
    int stride = pool() == Pool.NONE ? 1 : 2;
    for (Convolution convolution : convolutions()) {
      stride *= convolution.stride();
    }
    return stride;
  }

  /** The layers in their places; a pre-activation network has no norm and ReLU after the last. */
  default List<Layer> layers(Shape input, Order order, Norm norm) {
    Names names = Names.of(order);
    List<Convolution> convolutions = convolutions();
    int count = convolutions.size();
    List<Step> steps = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Convolution convolution = convolutions.get(k);
      steps.add(new Step(names.stemConvolution(k, count), norm.convolution(convolution)));
      if (k < count - 1 || order != Order.PRE_ACTIVATION) {
        steps.addAll(Step.norm(names.stemNorm(k, count), norm, convolution.out()));
        String last = steps.get(steps.size() - 1).name();
        steps.add(new Step(last + ".relu", new Operation.Relu()));
      }
    }
    switch (pool()) {
      case NONE -> {}
      case MAX -> steps.add(new Step(names.stemPool(), new Operation.MaxPool(3, 2, 1)));
      case BLURRED_MAX -> {
        steps.add(new Step(names.stemPool() + ".0", new Operation.MaxPool(3, 1, 1)));
        int channels = convolutions.get(count - 1).out();
        steps.add(new Step(names.stemPool() + ".1", new Operation.Blur(channels, 2)));
      }
    }
    return Step.place("", steps, input);
  }
}
