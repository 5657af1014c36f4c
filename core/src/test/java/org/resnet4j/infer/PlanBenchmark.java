package org.resnet4j.infer;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;

/** Prints how fast compiled networks run: medians, and the best, of some seconds each. */
final class PlanBenchmark {
  private static final int WARM_UP = 5;
  private static final double SECONDS = 6;

  private PlanBenchmark() {}

  /** Arguments: names of networks. */
  public static void main(String[] names) {
    Engine.start();
    for (String name : names) {
      Network network = Catalogue.network(name);
      Map<String, Parameter> parameters =
          network.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
      for (Precision precision : Precision.values()) {
        for (int batch : new int[] {1, 16}) {
          try (Compiler compiler =
                  new Compiler(
                      network,
                      tensor -> ReproducibleValues.fill(parameters.get(tensor)),
                      precision,
                      null);
              Plan plan = compiler.plan(batch)) {
            print(name, precision, batch, times(plan), network.multiplyAdds());
          }
        }
      }
    }
  }

  private static double[] times(Plan plan) {
    for (int i = 0; i < WARM_UP; i++) {
      plan.run();
    }
    double[] times = new double[10_000];
    int runs = 0;
    long end = System.nanoTime() + (long) (SECONDS * 1e9);
    while (System.nanoTime() < end && runs < times.length) {
      long start = System.nanoTime();
      plan.run();
      times[runs++] = (System.nanoTime() - start) / 1e6;
    }
    double[] sorted = Arrays.copyOf(times, runs);
    Arrays.sort(sorted);
    return sorted;
  }

  private static void print(
      String name, Precision precision, int batch, double[] times, long multiplyAdds) {
    double median = times[times.length / 2];
    System.out.printf(
        "%s %s batch %d: median %.2f ms, best %.2f ms, %.1f images/s, %.0f GFLOP/s%n",
        name,
        precision.id(),
        batch,
        median,
        times[0],
        1000 * batch / median,
        2e-6 * multiplyAdds * batch / median);
  }
}
