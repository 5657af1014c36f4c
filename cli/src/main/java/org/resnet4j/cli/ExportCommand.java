package org.resnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.infer.OnnxCheck;
import org.resnet4j.infer.OnnxExport;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.PyTorchCheckpoint;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;
import org.resnet4j.weights.onnx.OnnxFile.Form;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resnet4j export MODEL --format F}. */
@Command(
    name = "export",
    description = "Write a model as one file for other programs.",
    footer = {
      "",
      "Examples:",
      "  resnet4j export runs/first --format onnx -o first.onnx",
      "  resnet4j export runs/first --format pth"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class ExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Model folder, or a run folder that has one.")
  private Path model;

  @Option(
      names = "--format",
      paramLabel = "F",
      required = true,
      converter = ExportFormat.Converter.class,
      description = {
        "onnx: network, weights and preprocessing;",
        "safetensors, pth: the weights under torchvision's names."
      })
  private ExportFormat format;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The file to write (default: model.FORMAT).")
  private @Nullable Path out;

  @Option(names = "--force", description = "Replace the file if it exists.")
  private boolean force;

  @Option(
      names = "--keep-batch-norm",
      description = "In ONNX, do not make batch norm part of the convolutions.")
  private boolean keepBatchNorm;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "auto",
      description = "In ONNX: auto, int8 or fp32; auto is int8 if the model is calibrated for it.")
  private String precision;

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file = out == null ? Path.of("model." + format) : out;
    requirePlace(file);
    Form form = form();
    Optional<OnnxCheck> check = write(file, form);
    String written = form instanceof Quantized ? "int8" : "fp32";
    ExportResult result =
        ExportResult.of(
            model.toString(), format, written, file.toString(), Files.size(file), check);
    PrintWriter results = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(results, result);
    } else {
      result.print(results);
    }
    if (check.isPresent() && !check.get().passed()) {
      Errors.print(
          spec.commandLine().getErr(),
          "%s: do not use it; ONNX Runtime's logits are more than %s of their range beside ours"
              .formatted(file, check.get().tolerance()));
      return ExitCodes.FAILURE;
    }
    return ExitCodes.OK;
  }

  private void requirePlace(Path file) {
    if (Files.exists(file) && !force) {
      throw usage("%s exists; choose another file with -o, or replace it with --force", file);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw usage("-o %s: must be a file in a folder that exists", file);
    }
  }

  private Form form() {
    if (format != ExportFormat.ONNX) {
      if (keepBatchNorm) {
        throw usage("--keep-batch-norm is for --format onnx; in %s it is always kept", format);
      }
      if (!precision.equals("auto")) {
        throw usage("--precision is for --format onnx; %s is always in fp32", format);
      }
      return BatchNorm.KEPT;
    }
    Form form = OnnxExport.form(model, precision);
    if (!keepBatchNorm) {
      return form;
    }
    if (form instanceof Quantized) {
      throw usage("--keep-batch-norm: in 8 bits it is always folded; add --precision %s", "fp32");
    }
    return BatchNorm.KEPT;
  }

  /** Nothing unless the file was checked. */
  private Optional<OnnxCheck> write(Path file, Form form) throws IOException {
    switch (format) {
      case ONNX -> {
        return OnnxExport.write(model, file, form);
      }
      case SAFETENSORS -> Safetensors.write(file, weights(), Map.of("format", "pt"));
      case PTH -> PyTorchCheckpoint.write(file, weights());
    }
    return Optional.empty();
  }

  private List<TensorEntry> weights() {
    SavedModel saved = SavedModel.open(model);
    return ModelFolder.readWeights(saved.folder(), saved.network());
  }

  private ParameterException usage(String message, Object value) {
    return new ParameterException(spec.commandLine(), message.formatted(value));
  }
}
