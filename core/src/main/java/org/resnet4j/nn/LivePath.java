package org.resnet4j.nn;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;

/** Layers one after another. */
final class LivePath implements AutoCloseable {
  private final List<Layer> layers;
  private final List<LiveLayer> live;

  LivePath(List<Layer> layers, Map<String, Tensor> state) {
    this.layers = layers;
    this.live = layers.stream().map(layer -> LiveLayer.of(layer, state)).toList();
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  LiveLayer first() {
    return live.get(0);
  }

  Tensor forward(Tensor x, Mode mode, Probe probe) {
    return probe == Probe.NONE ? fast(x, mode) : watched(x, mode, probe);
  }

  private Tensor fast(Tensor x, Mode mode) {
    Tensor y = x;
    boolean overwritable = false;
    for (int i = 0; i < live.size(); i++) {
      // In place where nothing else reads the values: batch norm does not need its result going
      // back, and a quarter of a step's memory traffic is saved. The handle that comes back would
      // die with the one it came from, so that one stays.
      if (overwritable && layers.get(i).operation() instanceof Operation.Relu) {
        torch.relu_(y);
      } else {
        y = live.get(i).forward(y, mode);
      }
      overwritable = live.get(i).overwritable();
    }
    return y;
  }

  private Tensor watched(Tensor x, Mode mode, Probe probe) {
    Tensor y = x;
    for (int i = 0; i < live.size(); i++) {
      Tensor input = y;
      y = live.get(i).forward(input, mode);
      probe.observe(layers.get(i), input, y);
    }
    return y;
  }

  /** Whether the last layer's result may be overwritten. */
  boolean overwritable() {
    return !live.isEmpty() && live.get(live.size() - 1).overwritable();
  }

  @Override
  public void close() {
    live.forEach(LiveLayer::close);
  }
}
