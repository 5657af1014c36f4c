package org.resnet4j.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;

/**
 * What PyTorch begins with, as a safetensors file: a state dict, {@code images}, {@code labels}.
 */
final class TrainingFile {
  private TrainingFile() {}

  static Path write(Model model, Batch batch, Path folder) throws IOException {
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : model.network().state()) {
      entries.add(entry(parameter, model));
    }
    entries.add(images(batch, model.network()));
    entries.add(labels(batch));
    Path file = folder.resolve("batch-%d.safetensors".formatted(batch.size()));
    Safetensors.write(file, entries, Map.of());
    return file;
  }

  private static TensorEntry entry(Parameter parameter, Model model) {
    if (parameter.role() == Role.BATCHES_TRACKED) {
      return TensorEntry.ofLong(parameter.name(), 0);
    }
    List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
    return TensorEntry.ofFloats(parameter.name(), shape, model.weights().apply(parameter));
  }

  private static TensorEntry images(Batch batch, Network network) {
    Shape shape = network.input();
    List<Long> axes =
        List.of(
            (long) batch.size(),
            (long) shape.channels(),
            (long) shape.height(),
            (long) shape.width());
    float[] pixels = GeneratedValues.channelsFirst(batch.pixels(), shape);
    return TensorEntry.ofFloats("images", axes, pixels);
  }

  private static TensorEntry labels(Batch batch) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * batch.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (int label : batch.labels()) {
      bytes.putLong(label);
    }
    return new TensorEntry("labels", DType.I64, List.of((long) batch.size()), bytes.flip());
  }
}
