package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir private Path folder;

  @Test
  void reads_what_the_python_library_wrote() throws Exception {
    Safetensors read = Safetensors.read(golden());
    assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
    TensorEntry weight = read.find("layer1.0.conv1.weight").orElseThrow();
    assertThat(weight.shape()).containsExactly(2L, 3L);
    assertThat(weight.floats()).containsExactly(0f, 0.25f, 0.5f, 0.75f, 1f, 1.25f);
    TensorEntry count = read.find("bn1.num_batches_tracked").orElseThrow();
    assertThat(count).isEqualTo(TensorEntry.ofLong("bn1.num_batches_tracked", 7));
    assertThat(bytes(read, "half")).containsExactly(0x00, 0x38, 0x00, 0xc0);
    assertThat(read.find("double").orElseThrow().data().getDouble()).isEqualTo(1e300);
    assertThat(bytes(read, "pixel")).containsExactly(0, 128, 255);
    assertThat(read.find("index").orElseThrow().data().getInt()).isEqualTo(-1);
    assertThat(bytes(read, "flag")).containsExactly(1, 0);
    assertThat(read.find("empty").orElseThrow().shape()).containsExactly(0L, 4L);
    assertThat(read.find("absent")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"golden.safetensors", "expected.safetensors"})
  void writes_the_bytes_of_the_python_library_whatever_the_order(String name) throws Exception {
    Path golden = Path.of(SafetensorsTest.class.getResource(name).toURI());
    Safetensors read = Safetensors.read(golden);
    List<TensorEntry> shuffled = new ArrayList<>(read.entries());
    Collections.reverse(shuffled);
    Path written = folder.resolve("written.safetensors");
    Safetensors.write(written, shuffled, read.metadata());
    assertThat(written).hasSameBinaryContentAs(golden);
  }

  @Test
  void returns_what_was_written() throws IOException {
    List<TensorEntry> entries =
        List.of(
            new TensorEntry("b", DType.BF16, List.of(1L), ByteBuffer.wrap(new byte[] {1, 2})),
            TensorEntry.ofFloats("\"quoted\"\n\u00e9", List.of(1L, 2L), new float[] {-0f, 3e-40f}));
    Path file = folder.resolve("a");
    Safetensors.write(file, entries, Map.of("z", "1", "a", "\u00e9"));
    Safetensors read = Safetensors.read(file);
    assertThat(read.entries()).containsExactly(entries.get(1), entries.get(0));
    assertThat(read.metadata()).containsExactly(Map.entry("a", "\u00e9"), Map.entry("z", "1"));
  }

  @Test
  void holds_no_tensor_at_all() throws IOException {
    Path file = folder.resolve("a");
    Safetensors.write(file, List.of(), Map.of());
    assertThat(file)
        .hasBinaryContent(
            new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' '});
    assertThat(Safetensors.read(file).entries()).isEmpty();
  }

  @Test
  void refuses_two_tensors_of_one_name() {
    TensorEntry entry = TensorEntry.ofLong("a", 1);
    assertThatThrownBy(
            () -> Safetensors.write(folder.resolve("a"), List.of(entry, entry), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: the name is taken; every tensor of a file needs its own");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refuses_a_tensor_under_the_name_of_the_metadata() {
    List<TensorEntry> entries = List.of(TensorEntry.ofLong("__metadata__", 1));
    assertThatThrownBy(() -> Safetensors.write(folder.resolve("a"), entries, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("__metadata__: the name is taken");
  }

  @Test
  void says_which_file_is_missing() {
    Path file = folder.resolve("absent");
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOfSatisfying(
            WeightsException.class,
            e -> {
              assertThat(e.file()).isEqualTo(file);
              assertThat(e.reason()).isEqualTo("there is no such file");
            })
        .hasMessage(file + ": there is no such file");
  }

  @Test
  void says_which_folder_is_no_file() {
    assertThatThrownBy(() -> Safetensors.read(folder))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(folder + ": cannot be read: ");
  }

  @Test
  void refuses_data_of_another_length_than_the_shape() {
    ByteBuffer data = ByteBuffer.allocate(11);
    assertThatThrownBy(() -> new TensorEntry("w", DType.F32, List.of(3L), data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("w: F32[3] needs 12 bytes but the data have 11");
  }

  @Test
  void refuses_a_negative_length() {
    ByteBuffer data = ByteBuffer.allocate(4);
    assertThatThrownBy(() -> new TensorEntry("w", DType.F32, List.of(-1L, -1L), data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [-1, -1] has a negative length");
  }

  @Test
  void keeps_readers_of_one_tensor_apart() {
    TensorEntry entry = TensorEntry.ofLong("n", 5);
    assertThat(entry.data().getLong()).isEqualTo(5);
    assertThat(entry.data().remaining()).isEqualTo(8);
    assertThat(entry.data().isReadOnly()).isTrue();
  }

  private static Path golden() throws URISyntaxException {
    return Path.of(SafetensorsTest.class.getResource("golden.safetensors").toURI());
  }

  private static int[] bytes(Safetensors file, String name) {
    ByteBuffer data = file.find(name).orElseThrow().data();
    return IntStream.range(0, data.remaining()).map(i -> data.get(i) & 0xff).toArray();
  }
}
