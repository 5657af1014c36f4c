package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resnet4j summary NAME}. */
@Command(
    name = "summary",
    description = "Show the blocks of a network: shapes, parameters, multiply-adds.",
    footer = {
      "",
      "Examples:",
      "  resnet4j summary resnet20",
      "  resnet4j summary resnet50 --input 3x160x160 --classes 10"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class SummaryCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "A network; see resnet4j models.")
  private String name;

  @Option(
      names = "--input",
      paramLabel = "CxHxW",
      converter = ShapeConverter.class,
      description = "Shape of an image instead of the network's own.")
  private @Nullable Shape input;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "Number of classes instead of the network's own.")
  private @Nullable Integer classes;

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Network network = Catalogue.network(name);
    network = input == null ? network : network.withInput(input);
    network = classes == null ? network : network.withClasses(classes);
    Summary summary = Summary.of(network);
    if (json.wanted()) {
      Json.print(out, summary);
    } else {
      summary.print(out);
    }
    return ExitCodes.OK;
  }
}
