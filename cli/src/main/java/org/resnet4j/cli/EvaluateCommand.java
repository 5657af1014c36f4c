package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.resnet4j.infer.Classifier;
import org.resnet4j.recipe.Judging;
import org.resnet4j.train.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resnet4j evaluate MODEL --data D}. */
@Command(
    name = "evaluate",
    description = "Judge a model on the test images of a data set.",
    footer = {
      "",
      "Examples:",
      "  resnet4j evaluate runs/paper-2/model --data cifar-10/",
      "  resnet4j evaluate runs/first/model --data shapes --json",
      "  resnet4j evaluate model/ --data imagenet/ --views ten-crop"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Model folder, or a run folder that has one.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "D",
      required = true,
      description = "Folder or file with images, or a built-in name such as shapes.")
  private String data;

  @Mixin private InferenceOptions inference;

  @Mixin private ViewOptions views;

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Judging judging = views.judging();
    try (Classifier classifier = Classifier.load(model, inference.in(Classifier.Mode.LATENCY))) {
      Evaluation evaluation = classifier.evaluate(data, judging);
      String precision = classifier.precision().id();
      print(EvaluateResult.of(model.toString(), data, precision, judging.named(), evaluation));
    }
    return ExitCodes.OK;
  }

  private void print(EvaluateResult result) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, result);
    } else {
      result.print(out);
    }
  }
}
