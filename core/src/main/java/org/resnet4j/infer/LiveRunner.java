package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;

/** Runs the network operation by operation, where plans do not run: on a GPU. */
final class LiveRunner implements Runner {
  private final LiveNetwork network;

  /** Any number may read, which is to run; one writes, which is to close. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /** Takes the network, which it closes. */
  LiveRunner(LiveNetwork network) {
    this.network = network;
  }

  @Override
  public float[] logits(int count, Images images) {
    return run(count, images, network::forward);
  }

  @Override
  public float[] features(int count, Images images) {
    return run(count, images, network::features);
  }

  @Override
  public float[] stage(int stage, int count, Images images) {
    return run(
        count, images, input -> network.featureMaps(input).get(stage - 1).permute(0, 2, 3, 1));
  }

  private float[] run(int count, Images images, Function<Tensor, Tensor> work) {
    Shape shape = network.network().input();
    int size = Math.toIntExact(shape.size());
    float[] pixels = new float[Math.multiplyExact(count, size)];
    for (int i = 0; i < count; i++) {
      images.put(i, FloatBuffer.wrap(pixels, i * size, size));
    }
    lock.readLock().lock();
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      if (closed) {
        throw new IllegalStateException("the classifier is closed; open another");
      }
      Tensor batch = Tensors.of(pixels, count, shape.height(), shape.width(), shape.channels());
      Tensor input = Tensors.on(network.device(), batch).permute(0, 3, 1, 2);
      return Tensors.floats(work.apply(input));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits for what runs; may be repeated. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        network.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
