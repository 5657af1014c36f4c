package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A residual unit, {@code y = relu(branch(x) + shortcut(x))}, or its plain twin.
 *
 * <p>A block is a description only; {@link Network} holds the proof that its two paths meet in one
 * shape. Where norm and ReLU stand is the network's {@link Order}.
 */
public sealed interface Block permits Block.Basic, Block.Bottleneck, Block.Changed {
  /** Input channels. */
  int in();

  /** Output channels. */
  int out();

  /** The step of the branch in pixels. */
  int stride();

  Shortcut shortcut();

  /** The same branch beside another shortcut. */
  Block with(Shortcut shortcut);

  /** The same block with another step; its shortcut keeps up where it has one of its own. */
  Block withStride(int stride);

  /** A word or two for tables: {@code basic}, {@code bottleneck}. */
  String kind();

  /** The convolutions of the branch, first to last. */
  List<Convolution> branch();

  /** Two 3x3 convolutions; arXiv 1512.03385, figure 5 left. */
  record Basic(int in, int out, int stride, Shortcut shortcut) implements Block {
    @Override
    public Basic with(Shortcut other) {
      return new Basic(in, out, stride, other);
    }

    @Override
    public Basic withStride(int other) {
      return new Basic(in, out, other, shortcut.withStride(other));
    }

    @Override
    public String kind() {
      return "basic";
    }

    @Override
    public List<Convolution> branch() {
      return List.of(Convolution.of3x3(in, out, stride), Convolution.of3x3(out, out, 1));
    }
  }

  /**
   * 1x1 reduce, 3x3, 1x1 expand; arXiv 1512.03385, figure 5 right. In groups it is the block of
   * ResNeXt, arXiv 1611.05431, figure 3c.
   *
   * @param width channels of the 3x3 convolution
   * @param groups of the 3x3 convolution; "cardinality"
   * @param strided the convolution that carries the stride
   */
  record Bottleneck(
      int in, int width, int groups, int out, int stride, Strided strided, Shortcut shortcut)
      implements Block {
    /**
     * Which convolution carries the stride; weights of one form load in the other but predict
     * badly.
     */
    public enum Strided {
      /** The first 1x1, as in the paper ("v1"). */
      FIRST_1X1,
      /** The 3x3, as in torchvision and fb.resnet.torch ("v1.5"). */
      MIDDLE_3X3
    }

    /** In one group. */
    public Bottleneck(int in, int width, int out, int stride, Strided strided, Shortcut shortcut) {
      this(in, width, 1, out, stride, strided, shortcut);
    }

    @Override
    public Bottleneck with(Shortcut other) {
      return new Bottleneck(in, width, groups, out, stride, strided, other);
    }

    @Override
    public Bottleneck withStride(int other) {
      return new Bottleneck(in, width, groups, out, other, strided, shortcut.withStride(other));
    }

    @Override
    public String kind() {
      return "bottleneck";
    }

    @Override
    public List<Convolution> branch() {
      boolean first = strided == Strided.FIRST_1X1;
      return List.of(
          Convolution.of1x1(in, width, first ? stride : 1),
          Convolution.of3x3(width, width, first ? 1 : stride).grouped(groups),
          Convolution.of1x1(width, out, 1));
    }
  }

  /** Another block with something changed on its branch. */
  sealed interface Changed extends Block
      permits SqueezeExcited, Blurred, Dilated, DroppedOut, StochasticDepth {
    /** The block that is changed. */
    Block block();

    /** The same change of another block. */
    Changed around(Block other);

    /** What is added to the kind of the block, e.g. {@code se}. */
    String change();

    @Override
    default int in() {
      return block().in();
    }

    @Override
    default int out() {
      return block().out();
    }

    @Override
    default int stride() {
      return block().stride();
    }

    @Override
    default Shortcut shortcut() {
      return block().shortcut();
    }

    @Override
    default Block with(Shortcut other) {
      return around(block().with(other));
    }

    @Override
    default Block withStride(int other) {
      return around(block().withStride(other));
    }

    @Override
    default String kind() {
      return block().kind() + " + " + change();
    }

    @Override
    default List<Convolution> branch() {
      return block().branch();
    }
  }

  /**
   * The branch ends in squeeze-and-excitation; arXiv 1709.01507, figure 3.
   *
   * @param squeezed channels between its two convolutions
   */
  record SqueezeExcited(Block block, int squeezed) implements Changed {
    @Override
    public SqueezeExcited around(Block other) {
      return new SqueezeExcited(other, squeezed);
    }

    @Override
    public String change() {
      return "se";
    }
  }

  /**
   * The 3x3 convolution that carries the stride gives it to a blur after its ReLU; arXiv
   * 1904.11486, timm's {@code aa_layer=BlurPool2d}. Without a stride it blurs and keeps the size.
   */
  record Blurred(Block block) implements Changed {
    @Override
    public Blurred around(Block other) {
      return new Blurred(other);
    }

    @Override
    public String change() {
      return "blur";
    }

    @Override
    public List<Convolution> branch() {
      return block.branch().stream().map(c -> c.kernel() == 1 ? c : c.withStride(1)).toList();
    }
  }

  /**
   * The 3x3 convolutions look further instead of stepping further; arXiv 1511.07122.
   *
   * @param first dilation of the first 3x3 convolution
   * @param rest dilation of the others
   */
  record Dilated(Block block, int first, int rest) implements Changed {
    @Override
    public Dilated around(Block other) {
      return new Dilated(other, first, rest);
    }

    @Override
    public String change() {
      return "dilation " + Math.max(first, rest);
    }

    @Override
    public List<Convolution> branch() {
      List<Convolution> convolutions = new ArrayList<>();
      int dilation = first;
      for (Convolution convolution : block.branch()) {
        if (convolution.kernel() == 1) {
          convolutions.add(convolution);
        } else {
          convolutions.add(convolution.dilated(dilation));
          dilation = rest;
        }
      }
      return convolutions;
    }
  }

  /** Dropout before the last convolution; arXiv 1605.07146, figure 1d. */
  record DroppedOut(Block block, double rate) implements Changed {
    @Override
    public DroppedOut around(Block other) {
      return new DroppedOut(other, rate);
    }

    @Override
    public String change() {
      return "dropout " + rate;
    }
  }

  /** The whole branch is left out at random in training; arXiv 1603.09382. */
  record StochasticDepth(Block block, double rate) implements Changed {
    @Override
    public StochasticDepth around(Block other) {
      return new StochasticDepth(other, rate);
    }

    @Override
    public String change() {
      return String.format(Locale.ROOT, "drop path %.3g", rate);
    }
  }
}
