package org.resnet4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.Weights;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.model.Quantization.Scale;
import tools.jackson.databind.JsonNode;

class ExportCommandTest {
  private static final Network SMALL =
      Catalogue.cifar(1, 2, ShortcutOption.B).withInput(new Shape(1, 8, 8)).withClasses(2);

  @TempDir private Path folder;

  private Path model(float value) throws IOException {
    Path model = folder.resolve("model");
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : SMALL.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      float[] values = new float[Math.toIntExact(parameter.size())];
      Arrays.fill(values, value);
      values[0] = value / 2;
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 3)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    ModelFolder.write(
        model,
        new ModelConfig(SMALL, List.of("ant", "bee"), 8, "bilinear", List.of(0.25), List.of(0.5)),
        entries,
        "");
    return model;
  }

  @Test
  void onnx_has_a_document_that_says_how_it_was_checked() throws IOException {
    String model = model(0.25f).toString();
    Path file = folder.resolve("a.onnx");
    CommandRun run =
        CommandRun.of("export", model, "--format", "onnx", "-o", file.toString(), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(document.propertyNames())
        .containsExactly("model", "format", "precision", "file", "bytes", "checked");
    assertThat(document.get("model").asString()).isEqualTo(model);
    assertThat(document.get("format").asString()).isEqualTo("onnx");
    assertThat(document.get("precision").asString()).isEqualTo("fp32");
    assertThat(document.get("file").asString()).isEqualTo(file.toString());
    assertThat(document.get("bytes").asLong()).isEqualTo(Files.size(file));
    assertThat(document.get("checked").get("runtime").asString()).startsWith("ONNX Runtime 1.");
    assertThat(document.get("checked").get("difference").asDouble()).isBetween(0.0, 1e-4);
  }

  @Test
  void kept_batch_norms_are_in_the_file() throws IOException {
    String model = model(0.25f).toString();
    Path folded = folder.resolve("folded.onnx");
    Path kept = folder.resolve("kept.onnx");
    CommandRun.of("export", model, "--format", "onnx", "-o", folded.toString());
    CommandRun.of("export", model, "--format", "onnx", "-o", kept.toString(), "--keep-batch-norm");
    assertThat(Files.readString(folded, ISO_8859_1)).doesNotContain("BatchNormalization");
    assertThat(Files.readString(kept, ISO_8859_1)).contains("BatchNormalization");
  }

  private String calibrated() throws IOException {
    Path model = model(0.25f);
    Map<String, Scale> scales = new HashMap<>();
    Quantization.names(SMALL).forEach(name -> scales.put(name, new Scale(0.0625f, true)));
    ModelFolder.writeQuantization(
        model, new Quantization(scales, Set.of("conv1", "fc"), "min-max", 8));
    return model.toString();
  }

  @Test
  void a_calibrated_model_is_written_in_8_bits_unless_fp32_is_asked_for() throws IOException {
    String model = calibrated();
    Path file = folder.resolve("a.onnx");
    String[] arguments = {"export", model, "--format", "onnx", "-o", file.toString(), "--force"};
    JsonNode document = CommandRun.of(with(arguments, "--json")).document();
    assertThat(document.get("precision").asString()).isEqualTo("int8");
    assertThat(document.get("checked").get("tolerance").asDouble()).isEqualTo(0.1);
    assertThat(Files.readString(file, ISO_8859_1)).contains("QuantizeLinear");
    CommandRun wide = CommandRun.of(with(arguments, "--precision", "fp32"));
    assertThat(wide.status()).as(wide.err()).isZero();
    assertThat(wide.out()).contains("bytes, fp32").contains("range, at most 1e-04");
    assertThat(Files.readString(file, ISO_8859_1)).doesNotContain("QuantizeLinear");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void a_precision_that_cannot_be_is_a_mistake_of_usage() throws IOException {
    String model = model(0.25f).toString();
    String file = folder.resolve("a").toString();
    String[] onnx = {"export", model, "--format", "onnx", "-o", file};
    refused(with(onnx, "--precision", "int8"), "is not calibrated for 8 bits");
    refused(with(onnx, "--precision", "bf16"), "precision = bf16: an ONNX file is in int8 or");
    calibrated();
    refused(with(onnx, "--keep-batch-norm"), "in 8 bits it is always folded");
    String[] pth = {"export", model, "--format", "pth", "-o", file};
    refused(with(pth, "--precision", "int8"), "--precision is for --format onnx; pth is always");
    assertThat(Path.of(file)).doesNotExist();
  }

  private static void refused(String[] arguments, String message) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void safetensors_are_the_tensors_and_texts_of_the_model() throws IOException {
    Path model = model(0.25f);
    Path file = folder.resolve("a.safetensors");
    CommandRun run =
        CommandRun.of(
            "export", model.toString(), "--format", "safetensors", "-o", file.toString(), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.document().get("checked").isNull()).isTrue();
    assertThat(Safetensors.read(file).metadata()).containsExactly(Map.entry("format", "pt"));
    assertThat(file).hasSameBinaryContentAs(model.resolve("model.safetensors"));
  }

  @Test
  void pth_has_the_tensors_of_the_model_in_pytorchs_order() throws IOException {
    Path model = model(0.25f);
    Path file = folder.resolve("a.pth");
    CommandRun run =
        CommandRun.of("export", model.toString(), "--format", "pth", "-o", file.toString());
    assertThat(run).isEqualTo(new CommandRun(0, printed(file), ""));
    List<TensorEntry> read = Weights.load(file).entries();
    assertThat(read.stream().map(TensorEntry::name))
        .containsExactlyElementsOf(SMALL.state().stream().map(Parameter::name).toList());
    assertThat(read).containsExactlyInAnyOrderElementsOf(ModelFolder.readWeights(model, SMALL));
  }

  @Test
  void a_file_that_exists_stays_unless_force_is_given() throws IOException {
    String model = model(0.25f).toString();
    Path file = Files.writeString(folder.resolve("mine"), "mine");
    String[] arguments = {"export", model, "--format", "safetensors", "-o", file.toString()};
    CommandRun refused = CommandRun.of(arguments);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains(file + " exists", "--force");
    assertThat(file).hasContent("mine");
    String[] forced = Arrays.copyOf(arguments, arguments.length + 1);
    forced[arguments.length] = "--force";
    assertThat(CommandRun.of(forced)).isEqualTo(new CommandRun(0, printed(file), ""));
  }

  private static String printed(Path file) throws IOException {
    return "%s: %,d bytes, fp32%n".formatted(file, Files.size(file));
  }

  @Test
  void a_file_whose_logits_are_not_the_networks_fails() throws IOException {
    String model = model(Float.NaN).toString();
    String file = folder.resolve("a.onnx").toString();
    CommandRun run = CommandRun.of("export", model, "--format", "onnx", "-o", file, "--json");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("resnet4j: " + file + ": do not use it;").contains("1.0E-4");
    assertThat(run.document().get("checked").get("difference").isNull()).isTrue();
  }

  @Test
  void what_is_no_model_is_bad_input() {
    CommandRun run =
        CommandRun.of(
            "export", folder.toString(), "--format", "onnx", "-o", folder.resolve("a").toString());
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains(folder.resolve("config.json") + ": there is no such file");
    assertThat(folder).isEmptyDirectory();
  }
}
