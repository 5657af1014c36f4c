package org.resnet4j.nn.plan;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.tensor.Tensors;

/**
 * A network's training pass as a program of oneDNN's primitives: what {@link LiveNetwork#forward}
 * in training mode and autograd compute, in memory that is planned once for each shape of images.
 *
 * <p>The live network keeps the parameters and the running statistics; both are read and changed
 * where they lie. For a given number of threads every pass gives the same bits. Not safe for
 * several threads.
 */
public final class TrainingPlan implements AutoCloseable {
  /** Shapes whose programs are kept: full batches, the last one of an epoch, and two more. */
  private static final int KEPT = 4;

  // Torchvision's, timm's and the paper's code agree on it.
  private static final float MOMENTUM = 0.1f;

  private final LiveNetwork network;
  private final boolean recompute;
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final Map<List<Long>, Composition> compositions = new LinkedHashMap<>(KEPT, 0.75f, true);
  private final List<Tensor> drawn = new ArrayList<>();
  private @Nullable BytePointer memory;
  private @Nullable Composition current;
  private @Nullable Tensor logits;
  private boolean watching;

  /**
   * A plan for the network, which stays the caller's and must outlive it.
   *
   * @param recompute whether to keep the result of each unit alone and compute what is inside of it
   *     again going back: less memory for a third more time
   * @throws IllegalArgumentException if it cannot be compiled: see {@link #knows}
   */
  public TrainingPlan(LiveNetwork network, boolean recompute) {
    if (!knows(network)) {
      throw new IllegalArgumentException(
          "%s on %s in %s has no compiled training pass; train it through autograd"
              .formatted(network.network().name(), network.device(), network.precision().id()));
    }
    Engine.start();
    this.network = network;
    this.recompute = recompute;
    try (PointerScope scope = new PointerScope()) {
      for (Parameter parameter : network.network().state()) {
        if (parameter.role().trained()) {
          Tensor tensor = network.tensor(parameter.name());
          gradients.put(parameter.name(), Tensors.keep(torch.empty_like(tensor.detach())));
        }
      }
    }
  }

  /**
   * Whether the network can be compiled: its layers are known here, nothing in it is frozen, and it
   * is on a CPU that computes in its precision.
   */
  public static boolean knows(LiveNetwork network) {
    return network.device() == Device.CPU
        && (network.precision() == Precision.FP32 || Processor.here().computesInBf16())
        && !network.frozen()
        && Composition.knows(network.network());
  }

  /**
   * The logits of a batch, as in training mode; running statistics take the batch in.
   *
   * @param images (N, C, H, W), fp32, normalised; fastest if channels-last in memory
   * @return (N, classes), fp32, from which a loss can go back; belongs to the caller's scope
   */
  public Tensor forward(Tensor images) {
    Composition composition = composition(images);
    Program program = composition.program();
    Tensor result = torch.empty(images.size(0), network.network().classes());
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = images.to(torch.ScalarType.Float).contiguous(torch.MemoryFormat.ChannelsLast);
      composition.images().piece().lieAt(rows.data_ptr());
      composition.logits().piece().lieAt(result.data_ptr());
      composition.weights().lieAt(network.state(), gradients);
      draw(composition, images.size(0));
      program.forward(watching);
      record(composition);
    }
    result.set_requires_grad(true);
    current = composition;
    logits = result;
    return result;
  }

  /** Draws what to drop as the live network does, so that both drop the same. */
  private void draw(Composition composition, long batch) {
    drawn.forEach(Tensor::close);
    drawn.clear();
    for (Composition.Mask mask : composition.masks()) {
      Tensor ones = torch.ones(batch, 1, 1, 1).to(network.precision().type());
      Tensor kept = Tensors.keep(torch.dropout(ones, mask.rate(), true));
      drawn.add(kept);
      mask.values().piece().lieAt(kept.data_ptr());
    }
  }

  /**
   * Leaves in every parameter its gradient, added to what lies there.
   *
   * @param loss of the logits of the last {@link #forward}
   */
  public void backward(Tensor loss) {
    Composition composition = current;
    Tensor end = logits;
    if (composition == null || end == null) {
      throw new IllegalStateException("a way back needs a way forward before it");
    }
    current = null; // What the way back reads is there once.
    logits = null;
    loss.backward();
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      IdentityHashMap<Tensor, Tensor> earlier = earlier();
      composition.logitsGradient().piece().lieAt(end.grad().contiguous().data_ptr());
      composition.program().back(watching);
      earlier.forEach(Tensor::add_);
      gradients.forEach((name, gradient) -> network.tensor(name).mutable_grad().put(gradient));
    }
  }

  /** Gradients that lie in the parameters and are to be added to. */
  private IdentityHashMap<Tensor, Tensor> earlier() {
    IdentityHashMap<Tensor, Tensor> earlier = new IdentityHashMap<>();
    gradients.forEach(
        (name, gradient) -> {
          Tensor there = network.tensor(name).mutable_grad();
          if (there.defined()) {
            earlier.put(gradient, there.clone());
          }
        });
    return earlier;
  }

  private Composition composition(Tensor images) {
    List<Long> shape = new ArrayList<>();
    for (long axis = 0; axis < images.dim(); axis++) {
      shape.add(images.size(axis));
    }
    if (shape.size() != 4 || shape.get(1) != network.network().input().channels()) {
      throw new IllegalArgumentException(
          "images of shape %s: %s takes (N, %d, H, W)"
              .formatted(shape, network.network().name(), network.network().input().channels()));
    }
    Composition known = compositions.get(shape);
    if (known != null) {
      return known;
    }
    if (compositions.size() == KEPT) {
      Iterator<Composition> oldest = compositions.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
    Network plain = network.network();
    Shape input =
        new Shape(
            Math.toIntExact(shape.get(1)),
            Math.toIntExact(shape.get(2)),
            Math.toIntExact(shape.get(3)));
    Network fitting = input.equals(plain.input()) ? plain : plain.withInput(input);
    Composition made = new Composition(fitting, shape.get(0), network.precision(), recompute);
    compositions.put(shape, made);
    place(made);
    return made;
  }

  /** All programs lie in one place, as one runs at a time. */
  private void place(Composition made) {
    BytePointer place = memory;
    if (place != null && place.limit() - place.position() >= made.program().bytes()) {
      made.program().lieAt(place);
      return;
    }
    if (place != null) {
      place.close();
    }
    try (PointerScope scope = new PointerScope()) {
      place = Program.allocate(made.program().bytes());
      place.retainReference();
    }
    memory = place;
    for (Composition composition : compositions.values()) {
      composition.program().lieAt(place);
    }
  }

  /** Takes the statistics of the batch into the running ones, with PyTorch's arithmetic. */
  private void record(Composition composition) {
    for (Composition.Norm norm : composition.norms()) {
      String layer = norm.layer();
      float correction = (float) ((double) norm.values() / Math.max(1, norm.values() - 1));
      mix(network.tensor(layer + ".running_mean"), numbers(composition, norm.moments().mean()), 1);
      mix(
          network.tensor(layer + ".running_var"),
          numbers(composition, norm.moments().variance()),
          correction);
      network.tensor(layer + ".num_batches_tracked").add_(new Scalar(1));
    }
  }

  private static void mix(Tensor running, FloatBuffer batch, float correction) {
    FloatBuffer there = running.createBuffer();
    for (int i = 0; i < there.limit(); i++) {
      there.put(i, MOMENTUM * (batch.get(i) * correction) + (1 - MOMENTUM) * there.get(i));
    }
  }

  private FloatBuffer numbers(Composition composition, Values values) {
    return composition
        .program()
        .at(memory(), values.piece())
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private BytePointer memory() {
    if (memory == null) {
      throw new IllegalStateException("no program yet");
    }
    return memory;
  }

  /** Bytes of activations, gradients by them and scratch that the plan holds now. */
  public long bytes() {
    return memory == null ? 0 : memory.limit() - memory.position();
  }

  /** Measures each operator from the next pass on, or no longer. */
  public void watch(boolean on) {
    watching = on;
  }

  /**
   * What the operators of the last shape took on average since the plan was told to {@link #watch},
   * or since the last call; in the order they run. Empty if nothing was watched.
   */
  public List<OperatorTime> times() {
    Composition last = null;
    for (Composition composition : compositions.values()) {
      last = composition; // The map's order is that of use.
    }
    return last == null ? List.of() : last.program().times();
  }

  @Override
  public void close() {
    compositions.values().forEach(Composition::close);
    compositions.clear();
    if (memory != null) {
      memory.close();
      memory = null;
    }
    drawn.forEach(Tensor::close);
    drawn.clear();
    gradients.values().forEach(Tensor::close);
  }
}
