package org.resnet4j.study;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.study.SignalsLook.UnitSignal;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluator;

/**
 * Keeps what one pass sends forward and what comes back, and measures both.
 *
 * <p>Its tensors belong to the scope of the pass.
 */
final class SignalsProbe implements Probe {
  private final Set<Layer> afterAddition = new HashSet<>();
  private final List<Seen> layers = new ArrayList<>();
  private final List<Pass> passes = new ArrayList<>();
  private final List<Unit> units = new ArrayList<>();
  private final List<Tensor> unitOutputs = new ArrayList<>();

  private record Seen(Layer layer, Tensor output) {}

  private SignalsProbe(Network network) {
    network.units().forEach(unit -> afterAddition.addAll(unit.after()));
  }

  @Override
  public void observe(Layer layer, Tensor input, Tensor output) {
    if (weighted(layer)) {
      layers.add(new Seen(layer, output));
    }
    if (afterAddition.contains(layer)) {
      output.retain_grad();
      unitOutputs.set(unitOutputs.size() - 1, output); // It comes after its unit.
    }
  }

  @Override
  public void observe(Unit unit, Pass pass) {
    pass.toBranch().retain_grad();
    if (pass.toShortcut().defined()) {
      pass.toShortcut().retain_grad();
    }
    pass.sum().retain_grad();
    units.add(unit);
    passes.add(pass);
    unitOutputs.add(pass.sum());
  }

  private static boolean weighted(Layer layer) {
    return layer.operation() instanceof Convolution || norm(layer);
  }

  private static boolean norm(Layer layer) {
    return layer.operation() instanceof Operation.BatchNorm
        || layer.operation() instanceof Operation.GroupNorm;
  }

  /**
   * Looks at a network without changing it: at a copy, in fp32, whatever it trains in.
   *
   * @param batches at least one
   * @param ticker told of each batch
   */
  static SignalsLook look(
      LiveNetwork network, Moment moment, long step, List<Batch> batches, Runnable ticker) {
    try (LiveNetwork copy = copy(network)) {
      copy.measure(0.1); // What it records is lost with the copy.
      List<SignalsLook> looks = new ArrayList<>();
      for (Batch batch : batches) {
        ticker.run();
        looks.add(look(copy, moment, step, batch));
      }
      return SignalsLook.mean(looks);
    }
  }

  private static LiveNetwork copy(LiveNetwork network) {
    return LiveNetwork.of(
        network.network(),
        (parameter, values) -> {
          try (PointerScope scope = new PointerScope()) {
            values.put(Tensors.floats(network.tensor(parameter.name())));
          }
        },
        network.device(),
        Precision.FP32);
  }

  private static SignalsLook look(LiveNetwork network, Moment moment, long step, Batch batch) {
    try (PointerScope temporaries = new PointerScope()) {
      SignalsProbe probe = new SignalsProbe(network.network());
      Tensor logits = network.forward(Evaluator.images(network, batch), probe);
      Tensor labels = Tensors.on(network.device(), Tensors.of(batch.labels()));
      Tensor loss = torch.cross_entropy_loss(logits, labels);
      loss.backward();
      try (NoGradGuard constant = new NoGradGuard()) {
        List<LayerSignal> layers = probe.layers(network);
        List<UnitSignal> units = probe.units();
        forget(network);
        return SignalsLook.of(moment, step, loss.item_double(), layers, units);
      }
    }
  }

  private static void forget(LiveNetwork network) {
    network.state().values().forEach(tensor -> tensor.mutable_grad().reset());
  }

  private List<LayerSignal> layers(LiveNetwork network) {
    Map<Layer, Double> variances = new HashMap<>();
    layers.forEach(seen -> variances.put(seen.layer(), variance(seen.output())));
    Map<Layer, Layer> responses = responses(network.network());
    List<LayerSignal> signals = new ArrayList<>();
    for (Seen seen : layers) {
      Layer layer = seen.layer();
      Layer response = responses.get(layer);
      signals.add(
          new LayerSignal(
              layer.name(),
              kind(layer),
              variances.getOrDefault(layer, Double.NaN),
              norm(network.tensor(layer.name() + ".weight").grad()),
              response == null
                  ? Double.NaN
                  : Math.sqrt(variances.getOrDefault(response, Double.NaN))));
    }
    return signals;
  }

  private static String kind(Layer layer) {
    return layer.operation() instanceof Convolution convolution
        ? convolution.kernel() + "x" + convolution.kernel()
        : "norm";
  }

  /** Where the response of each 3x3 convolution of stem and branches is read. */
  private static Map<Layer, Layer> responses(Network network) {
    Map<Layer, Layer> responses = new HashMap<>();
    readResponses(network.stemLayers(), responses);
    network.units().forEach(unit -> readResponses(unit.branch(), responses));
    return responses;
  }

  private static void readResponses(List<Layer> path, Map<Layer, Layer> responses) {
    for (int i = 0; i < path.size(); i++) {
      if (path.get(i).operation() instanceof Convolution convolution && convolution.kernel() == 3) {
        boolean normed = i + 1 < path.size() && norm(path.get(i + 1));
        responses.put(path.get(i), path.get(normed ? i + 1 : i));
      }
    }
  }

  private List<UnitSignal> units() {
    List<UnitSignal> signals = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      Pass pass = passes.get(i);
      double branch = norm(pass.toBranch().grad());
      double shortcut = pass.toShortcut().defined() ? norm(pass.toShortcut().grad()) : 0;
      signals.add(
          new UnitSignal(
              units.get(i).name(),
              variance(unitOutputs.get(i)),
              norm(unitOutputs.get(i).grad()),
              shortcut,
              branch,
              shortcut / (shortcut + branch)));
    }
    return signals;
  }

  /** In fp64: without norms, squares leave the range of fp32 before the values do. */
  private static double variance(Tensor tensor) {
    return tensor.to(torch.ScalarType.Double).var(false).item_double();
  }

  private static double norm(Tensor tensor) {
    return tensor.defined() ? tensor.to(torch.ScalarType.Double).norm().item_double() : 0;
  }
}
