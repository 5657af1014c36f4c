package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.tensor.Tensors;

/** Sums up what goes through a network, forward and backward, in one pass of a batch. */
final class LensProbe implements Probe {
  /** What batch norm adds to variances. */
  static final double EPSILON = 1e-5;

  private static final long SUM = 2; // at::Reduction::Sum
  private static final long IGNORED_LABEL = -100; // PyTorch's default: no label is ignored
  private static final long[] EACH_CHANNEL = {0, 2, 3};
  private static final long[] EACH_IMAGE = {1};

  private final LiveNetwork live;
  private final List<LensSums.OfUnit> units = new ArrayList<>();
  private final List<LensSums.OfNorm> norms = new ArrayList<>();
  private final List<LensSums.OfRelu> relus = new ArrayList<>();
  private final List<Pass> passes = new ArrayList<>();

  private LensProbe(LiveNetwork live) {
    this.live = live;
  }

  /**
   * Runs a batch forward and backward and sums up what went through.
   *
   * @param images (N, C, H, W); takes gradients afterwards
   * @throws DataException if the loss is no number
   */
  static LensSums look(LiveNetwork live, Batch batch, Tensor images) {
    LensProbe probe = new LensProbe(live);
    images.set_requires_grad(true);
    Tensor loss = loss(live, batch, live.forward(images, probe));
    if (!Double.isFinite(loss.item_double())) {
      throw new DataException(
          "%s: its loss on these images is %s; its weights are not those of a trained network, or the images' values are no numbers"
              .formatted(live.network().name(), loss.item_double()));
    }
    loss.backward();
    return probe.sums();
  }

  /** The sum of cross-entropies: images do not weigh more in a smaller batch. */
  static Tensor loss(LiveNetwork live, Batch batch, Tensor logits) {
    Tensor labels = Tensors.on(live.device(), Tensors.of(batch.labels()));
    return torch.cross_entropy_loss(logits, labels, new TensorOptional(), SUM, IGNORED_LABEL, 0);
  }

  private LensSums sums() {
    List<LensSums.OfUnit> both = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      Pass pass = passes.get(i);
      both.add(
          pass.shortcut().defined()
              ? units
                  .get(i)
                  .withGradients(
                      squaredNorm(pass.toBranch().grad()), squaredNorm(pass.toShortcut().grad()))
              : units.get(i));
    }
    return new LensSums(both, norms, relus);
  }

  /**
   * The squared norm of a gradient, 0 where none arrived; in fp64, as small numbers squared leave
   * the range of fp32.
   */
  static double squaredNorm(Tensor gradient) {
    try (PointerScope temporaries = new PointerScope()) {
      return gradient.defined()
          ? gradient.to(torch.ScalarType.Double).square_().sum().item_double()
          : 0;
    }
  }

  @Override
  public void observe(Unit unit, Pass pass) {
    boolean plain = !pass.shortcut().defined();
    if (!plain) {
      // In a plain unit the paths are the input: nothing is asked of its gradient.
      pass.toBranch().retain_grad();
      pass.toShortcut().retain_grad();
    }
    passes.add(pass);
    try (PointerScope temporaries = new PointerScope()) {
      Tensor branch = rows(pass.branch());
      long values = branch.numel();
      double[] f = sums(branch);
      double[] ff = sums(branch.mul(branch));
      if (plain) {
        units.add(new LensSums.OfUnit(values, total(f), total(ff), 0, 0, 0, 0, f.length, 0, 0, 0));
        return;
      }
      Tensor shortcut = rows(pass.shortcut());
      double[] x = sums(shortcut);
      double[] xx = sums(shortcut.mul(shortcut));
      double[] fx = sums(branch.mul(shortcut));
      units.add(unit(values, f, ff, x, xx, fx));
    }
  }

  private static LensSums.OfUnit unit(
      long values, double[] f, double[] ff, double[] x, double[] xx, double[] fx) {
    int ratios = 0;
    double ratio = 0;
    double cosine = 0;
    for (int image = 0; image < f.length; image++) {
      if (xx[image] > 0) {
        ratios++;
        ratio += Math.sqrt(ff[image] / xx[image]);
      }
      if (xx[image] > 0 && ff[image] > 0) {
        cosine += fx[image] / Math.sqrt(ff[image]) / Math.sqrt(xx[image]);
      }
    }
    return new LensSums.OfUnit(
        values, total(f), total(ff), total(x), total(xx), ratios, ratio, f.length, cosine, 0, 0);
  }

  /** One row an image, in fp32. */
  private static Tensor rows(Tensor maps) {
    return maps.detach().to(torch.ScalarType.Float).flatten(1, -1);
  }

  /** The sum of each row. */
  private static double[] sums(Tensor rows) {
    return doubles(rows.sum(EACH_IMAGE, false, new ScalarTypeOptional()));
  }

  private static double[] doubles(Tensor tensor) {
    float[] floats = Tensors.floats(tensor);
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  private static double total(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  @Override
  public void observe(Layer layer, Tensor input, Tensor output) {
    try (PointerScope temporaries = new PointerScope()) {
      if (layer.operation() instanceof Operation.BatchNorm) {
        norms.add(norm(layer.name(), input.detach().to(torch.ScalarType.Float)));
      } else if (layer.operation() instanceof Operation.Relu) {
        Tensor largest = output.detach().amax(EACH_CHANNEL, false);
        relus.add(new LensSums.OfRelu(layer.name(), list(largest)));
      }
    }
  }

  private LensSums.OfNorm norm(String name, Tensor input) {
    Tensor mean = channels(live.tensor(name + ".running_mean"));
    Tensor variance = channels(live.tensor(name + ".running_var"));
    Tensor scaled = input.sub(mean).mul_(variance.add(new Scalar(EPSILON)).rsqrt());
    Tensor sums = scaled.sum(EACH_CHANNEL, false, new ScalarTypeOptional());
    Tensor squares = scaled.square_().sum(EACH_CHANNEL, false, new ScalarTypeOptional());
    long values = input.numel() / input.size(1);
    return new LensSums.OfNorm(name, values, list(sums), list(squares));
  }

  /** So that it stands beside feature maps. */
  private static Tensor channels(Tensor values) {
    return values.view(1, -1, 1, 1);
  }

  private static List<Double> list(Tensor values) {
    List<Double> list = new ArrayList<>();
    for (double value : doubles(values)) {
      list.add(value);
    }
    return list;
  }
}
