package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the checkpoints that {@code torch.save} writes; {@link Weights#load} reads them.
 *
 * <p>The format is PyTorch's since 1.6: a zip archive of uncompressed entries, one with a pickle
 * that names the tensors and one with the bytes of each.
 */
public final class PyTorchCheckpoint {
  private static final String FOLDER = "archive/";

  private PyTorchCheckpoint() {}

  /**
   * Writes a state dict through {@link AtomicFile}, in the order given; {@code
   * torch.load(weights_only=True)} reads it.
   *
   * @throws IllegalArgumentException if two tensors have one name, or all together are more than a
   *     plain zip archive holds: 4 GB or 65 000 tensors
   * @throws IOException if it cannot be written; the file is then as it was
   */
  public static void write(Path file, List<TensorEntry> entries) throws IOException {
    Set<String> names = new HashSet<>();
    for (TensorEntry entry : entries) {
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException(
            "%s: the name is taken; every tensor of a file needs its own".formatted(entry.name()));
      }
    }
    Map<String, ByteBuffer> contents = new LinkedHashMap<>();
    contents.put(FOLDER + "data.pkl", StateDictPickle.write(entries));
    contents.put(FOLDER + "byteorder", ByteBuffer.wrap("little".getBytes(US_ASCII)));
    for (int i = 0; i < entries.size(); i++) {
      contents.put(FOLDER + "data/" + i, entries.get(i).data());
    }
    contents.put(FOLDER + "version", ByteBuffer.wrap("3\n".getBytes(US_ASCII)));
    ZipWriter writer = new ZipWriter(contents);
    AtomicFile.write(file, writer::write);
  }
}
