package org.resnet4j.optimizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Averaging;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;

/**
 * How long one change of the weights takes, by rule: milliseconds, least and median of many,
 * without the making of gradients. {@code OptimizerBenchmark resnet50 30 bf16}
 */
final class OptimizerBenchmark {
  private static final List<String> RULES =
      List.of(
          "optimizer=sgd momentum=0.9 nesterov=true",
          "optimizer=adamw",
          "optimizer=lamb",
          "optimizer=muon",
          "optimizer=sgd lookahead=1");

  private OptimizerBenchmark() {}

  /** Arguments: the name of a network, a number of steps, and a precision such as bf16. */
  public static void main(String[] arguments) {
    String name = arguments[0];
    int steps = Integer.parseInt(arguments[1]);
    Precision precision = Precision.of(arguments[2], Device.CPU);
    System.out.printf("%s, %s%n", name, Engine.describe());
    for (String rule : RULES) {
      try (LiveNetwork network =
          LiveNetwork.initialised(Catalogue.network(name), 1, false, Device.CPU, precision)) {
        System.out.printf("%-45s %s%n", rule, measure(network, rule, steps));
      }
    }
  }

  private static String measure(LiveNetwork network, String rule, int steps) {
    Map<String, String> keys = new HashMap<>();
    for (String key : rule.split(" ")) {
      keys.put(key.split("=")[0], key.split("=")[1]);
    }
    double[] step = new double[steps];
    double[] norm = new double[steps];
    double[] average = new double[steps];
    try (Optimizer optimizer =
            new Optimizer(RecipeFile.load("cifar-paper", keys).optimization(), network);
        WeightAverage moving = new WeightAverage(new Averaging(0.999, 1, 0), network)) {
      for (int i = 0; i < steps; i++) {
        fill(network);
        long began = System.nanoTime();
        optimizer.gradientNorm();
        norm[i] = (System.nanoTime() - began) / 1e6;
        began = System.nanoTime();
        optimizer.step(1e-4, i);
        step[i] = (System.nanoTime() - began) / 1e6;
        began = System.nanoTime();
        moving.after(i + 1L);
        average[i] = (System.nanoTime() - began) / 1e6;
      }
    }
    return String.format(
        Locale.ROOT,
        "step %.2f to %.2f ms, norm %.2f ms, average %.2f ms",
        Arrays.stream(step).min().orElseThrow(),
        median(step),
        median(norm),
        median(average));
  }

  private static void fill(LiveNetwork network) {
    try (PointerScope temporaries = new PointerScope()) {
      network.network().state().stream()
          .filter(parameter -> parameter.role().trained())
          .forEach(
              parameter -> {
                Tensor tensor = network.tensor(parameter.name());
                tensor.mutable_grad().put(torch.randn_like(tensor.detach()));
              });
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
