package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.resnet4j.arch.Operation.Blur;
import org.resnet4j.arch.Operation.Relu;

/**
 * The steps of a block under a network's order and norm.
 *
 * @param before what comes before the branch, and before a shortcut that changes the shape
 * @param branch the first path
 * @param shortcut the second path; empty where it is the input itself, or where there is none
 * @param after what comes after the addition
 */
record Paths(List<Step> before, List<Step> branch, List<Step> shortcut, List<Step> after) {

  static Paths of(Block block, Order order, Norm norm) {
    Names names = Names.of(order);
    Paths paths = change(block, assemble(block.branch(), order, norm, names));
    if (block.shortcut() instanceof Shortcut.Scaled scaled) {
      paths = paths.ending("branch_scale", new Operation.Scale(scaled.branch()));
    }
    return paths.withShortcut(shortcut(block, order, norm, names));
  }

  private static Paths assemble(
      List<Convolution> convolutions, Order order, Norm norm, Names names) {
    List<Step> before = new ArrayList<>();
    List<Step> branch = new ArrayList<>();
    List<Step> after = new ArrayList<>();
    int count = convolutions.size();
    if (order == Order.RELU_ONLY_PRE_ACTIVATION) {
      branch.add(relu(0));
    }
    for (int k = 1; k <= count; k++) {
      Convolution convolution = convolutions.get(k - 1);
      Step step = new Step("conv" + k, norm.convolution(convolution));
      boolean last = k == count;
      if (order == Order.PRE_ACTIVATION) {
        List<Step> activation = k == 1 ? before : branch;
        activation.addAll(Step.norm(names.norm(k), norm, convolution.in()));
        activation.add(relu(k));
        branch.add(step);
        continue;
      }
      branch.add(step);
      (last && order == Order.NORM_AFTER_ADDITION ? after : branch)
          .addAll(Step.norm(names.norm(k), norm, convolution.out()));
      if (!last || order != Order.RELU_ONLY_PRE_ACTIVATION) {
        (last && order != Order.RELU_BEFORE_ADDITION ? after : branch).add(relu(k));
      }
    }
    return new Paths(before, branch, List.of(), after);
  }

  private static Step relu(int k) {
    return new Step("relu" + k, new Relu());
  }

  /** What the changes around a block do to its branch, the innermost first. */
  private static Paths change(Block block, Paths paths) {
    if (!(block instanceof Block.Changed changed)) {
      return paths;
    }
    Paths inner = change(changed.block(), paths);
    if (changed instanceof Block.SqueezeExcited se) {
      return inner.ending("se", new Operation.SqueezeExcitation(block.out(), se.squeezed()));
    }
    if (changed instanceof Block.StochasticDepth depth) {
      return inner.ending("drop_path", new Operation.DropPath(depth.rate()));
    }
    if (changed instanceof Block.DroppedOut dropout) {
      return inner.withBranch(branch -> dropping(branch, dropout.rate()));
    }
    if (changed instanceof Block.Blurred) {
      return inner.withBranch(branch -> blurring(branch, block.stride()));
    }
    return inner; // Dilation is in the convolutions already.
  }

  private static List<Step> dropping(List<Step> branch, double rate) {
    List<Step> steps = new ArrayList<>(branch);
    int last = branch.size() - 1;
    while (!(branch.get(last).operation() instanceof Convolution)) {
      last--;
    }
    steps.add(last, new Step("dropout", new Operation.Dropout(rate)));
    return steps;
  }

  /** After the ReLU of the first 3x3, which {@link Block.Blurred} has left without its stride. */
  private static List<Step> blurring(List<Step> branch, int stride) {
    List<Step> steps = new ArrayList<>();
    int channels = 0;
    for (Step step : branch) {
      steps.add(step);
      if (channels == 0 && step.operation() instanceof Convolution c && c.kernel() > 1) {
        channels = c.out();
      } else if (channels > 0 && step.operation() instanceof Relu) {
        steps.add(new Step("aa", new Blur(channels, stride)));
        channels = -1;
      }
    }
    return steps;
  }

  private static List<Step> shortcut(Block block, Order order, Norm norm, Names names) {
    Shortcut shortcut = block.shortcut();
    if (shortcut instanceof Shortcut.ZeroPadded padded) {
      int added = block.out() - block.in();
      int before = padded.side() == Shortcut.ZeroPadded.Side.AROUND ? added / 2 : 0;
      return List.of(
          new Step("shortcut", new Operation.ZeroPad(block.stride(), before, added - before)));
    }
    if (shortcut instanceof Shortcut.Projection p) {
      return projection(
          List.of(),
          new Convolution(block.in(), block.out(), p.kernel(), p.stride(), p.padding()),
          order,
          norm,
          names);
    }
    if (shortcut instanceof Shortcut.PooledProjection p) {
      return projection(
          List.of(
              new Step(
                  names.projection(0, true), new Operation.AveragePool(p.window(), p.stride()))),
          Convolution.of1x1(block.in(), block.out(), 1),
          order,
          norm,
          names);
    }
    if (shortcut instanceof Shortcut.Scaled scaled) {
      return List.of(new Step("scale", new Operation.Scale(scaled.shortcut())));
    }
    if (shortcut instanceof Shortcut.Gated gated) {
      return List.of(new Step("gate", new Operation.Gate(block.in(), gated.exclusive())));
    }
    if (shortcut instanceof Shortcut.DroppedOut dropped) {
      return List.of(new Step("shortcut_dropout", new Operation.Dropout(dropped.rate())));
    }
    return List.of();
  }

  private static List<Step> projection(
      List<Step> pool, Convolution convolution, Order order, Norm norm, Names names) {
    List<Step> steps = new ArrayList<>(pool);
    steps.add(new Step(names.projection(1, !pool.isEmpty()), norm.convolution(convolution)));
    if (order != Order.PRE_ACTIVATION) {
      steps.addAll(Step.norm(names.projection(2, !pool.isEmpty()), norm, convolution.out()));
    }
    return steps;
  }

  private Paths ending(String name, Operation operation) {
    return withBranch(
        branch -> {
          List<Step> steps = new ArrayList<>(branch);
          steps.add(new Step(name, operation));
          return steps;
        });
  }

  private Paths withBranch(UnaryOperator<List<Step>> change) {
    return new Paths(before, change.apply(branch), shortcut, after);
  }

  private Paths withShortcut(List<Step> other) {
    return new Paths(before, branch, other, after);
  }
}
