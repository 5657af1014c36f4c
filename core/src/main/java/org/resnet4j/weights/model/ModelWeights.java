package org.resnet4j.weights.model;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.SafetensorsFile;
import org.resnet4j.weights.TensorEntry;

/**
 * The weights of a model folder, open, under the names of {@link Network#state}; for any number of
 * threads.
 *
 * <p>What needs no conversion is read where it is asked for, so that a network passes from its file
 * to its place one tensor at a time.
 */
public sealed interface ModelWeights extends AutoCloseable {
  /**
   * Opens them; the caller closes them.
   *
   * @throws org.resnet4j.weights.WeightsException if they are missing, damaged or not just those of
   *     the network
   */
  static ModelWeights open(Path folder, Network network) {
    Optional<SafetensorsFile> file = ModelFolder.openWeights(folder, network);
    return file.isPresent()
        ? new Stored(file.get())
        : new Converted(
            ModelFolder.readWeights(folder, network).stream()
                .collect(Collectors.toMap(TensorEntry::name, Function.identity())));
  }

  /** The values of a tensor of 32-bit floats. */
  float[] floats(String name);

  /** Puts the values of a tensor of 32-bit floats into a buffer. */
  void read(String name, FloatBuffer values);

  /** The value of a 64-bit integer without axes. */
  long scalar(String name);

  @Override
  void close();

  /** In their file. */
  record Stored(SafetensorsFile file) implements ModelWeights {
    @Override
    public float[] floats(String name) {
      return file.floats(name);
    }

    @Override
    public void read(String name, FloatBuffer values) {
      file.read(name, values);
    }

    @Override
    public long scalar(String name) {
      return file.scalar(name);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** In memory, from a file of another layout. */
  record Converted(Map<String, TensorEntry> entries) implements ModelWeights {
    private TensorEntry entry(String name) {
      return Objects.requireNonNull(entries.get(name), name);
    }

    @Override
    public float[] floats(String name) {
      return entry(name).floats();
    }

    @Override
    public void read(String name, FloatBuffer values) {
      entry(name).copyTo(values);
    }

    @Override
    public long scalar(String name) {
      return entry(name).data().getLong();
    }

    @Override
    public void close() {
      // Memory is the garbage collector's.
    }
  }
}
