package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch wrote; {@code checkpoints.py} beside them says how. */
class WeightsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"zip.pth", "legacy.pth", "deflated.pth", "written.pth"})
  void reads_every_type_and_view_as_pytorch_does(String name) {
    Weights weights = Weights.load(golden(name));
    assertThat(weights.entries())
        .containsExactlyInAnyOrderElementsOf(
            Safetensors.read(golden("expected.safetensors")).entries());
    assertThat(weights.entries().get(0).name()).isEqualTo("plain");
    assertThat(weights.notes()).isEmpty();
  }

  @Test
  void reads_safetensors() {
    Path file = golden("expected.safetensors");
    assertThat(Weights.load(file).entries()).isEqualTo(Safetensors.read(file).entries());
  }

  @Test
  void reads_entries_whose_checksum_was_left_out() {
    assertThat(Weights.load(golden("unsummed.pth")).entries())
        .containsExactly(TensorEntry.ofFloats("a", List.of(3L), new float[] {1, 1, 1}));
  }

  @Test
  void finds_the_weights_among_what_a_training_saved() {
    Weights weights = Weights.load(golden("training.pth"));
    assertThat(weights.entries())
        .containsExactlyInAnyOrderElementsOf(
            Safetensors.read(golden("training.safetensors")).entries());
    assertThat(weights.notes())
        .containsExactly(
            "the weights are those under \"state_dict\"; averaged ones are under \"model_ema\";"
                + " left out: \"epoch\", \"arch\", \"optimizer\", \"lr_scheduler\", \"args\","
                + " \"best\", \"size\", \"model_ema\"",
            "\"module.\" removed from the front of every name");
  }

  @Test
  void finds_averaged_weights_when_asked() {
    Weights weights = Weights.loadAveraged(golden("training.pth"));
    assertThat(weights.entries())
        .containsExactlyInAnyOrderElementsOf(
            Safetensors.read(golden("training.safetensors")).entries());
    assertThat(weights.notes()).contains("left out: \"n_averaged\", how many models were averaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.pth", "expected.safetensors"})
  void refuses_to_invent_averaged_weights(String name) {
    assertThatThrownBy(() -> Weights.loadAveraged(golden(name)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(name.endsWith("pth") ? "no averaged weights" : "one set of weights");
  }

  @Test
  void writes_what_pytorch_was_seen_to_read() throws IOException {
    Path written = folder.resolve("written.pth");
    PyTorchCheckpoint.write(written, Weights.load(golden("zip.pth")).entries());
    assertThat(written).hasSameBinaryContentAs(golden("written.pth"));
  }

  @Test
  void removes_every_prefix_that_all_names_have() throws IOException {
    Path file = folder.resolve("a.safetensors");
    Safetensors.write(
        file,
        List.of(
            TensorEntry.ofLong("model.module._orig_mod.a", 1),
            TensorEntry.ofLong("model.module._orig_mod.module.b", 2)),
        Map.of());
    Weights weights = Weights.load(file);
    assertThat(weights.entries())
        .containsExactly(TensorEntry.ofLong("a", 1), TensorEntry.ofLong("module.b", 2));
    assertThat(weights.notes())
        .containsExactly("\"model.module._orig_mod.\" removed from the front of every name");
  }

  @Test
  void keeps_a_prefix_that_only_some_names_have() throws IOException {
    Path file = folder.resolve("a.safetensors");
    List<TensorEntry> entries =
        List.of(TensorEntry.ofLong("a", 1), TensorEntry.ofLong("module.b", 2));
    Safetensors.write(file, entries, Map.of());
    assertThat(Weights.load(file)).isEqualTo(new Weights(entries, List.of()));
  }

  @Test
  void refuses_two_tensors_of_one_name() {
    TensorEntry entry = TensorEntry.ofLong("a", 1);
    assertThatThrownBy(() -> new Weights(List.of(entry, entry), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: the name is taken");
    assertThatThrownBy(() -> PyTorchCheckpoint.write(folder.resolve("a"), List.of(entry, entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: the name is taken; every tensor of a file needs its own");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refuses_to_write_more_entries_than_a_plain_archive_holds() {
    Map<String, ByteBuffer> entries = new HashMap<>();
    for (int i = 0; i < 65_535; i++) {
      entries.put("archive/data/" + i, ByteBuffer.allocate(0));
    }
    assertThatThrownBy(() -> new ZipWriter(entries))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65535 tensors")
        .hasMessageEndingWith("write safetensors");
  }

  @Test
  void says_which_file_is_missing() {
    Path file = folder.resolve("absent");
    assertThatThrownBy(() -> Weights.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(file + ": there is no such file");
  }

  @Test
  void finds_a_tensor_by_name() throws IOException {
    Path file = folder.resolve("a.pth");
    PyTorchCheckpoint.write(file, List.of(TensorEntry.ofLong("n", 7)));
    assertThat(Weights.load(file).find("n")).contains(TensorEntry.ofLong("n", 7));
    assertThat(Weights.load(file).find("m")).isEmpty();
  }

  private static Path golden(String name) {
    try {
      return Path.of(WeightsTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
