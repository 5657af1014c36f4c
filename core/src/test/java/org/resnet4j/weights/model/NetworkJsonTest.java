package org.resnet4j.weights.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.weights.WeightsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NetworkJsonTest {
  private static final Path FILE = Path.of("config.json");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @ParameterizedTest
  @MethodSource
  void returns_every_network_of_the_catalogue(Network network) {
    assertThat(read(text(network))).isEqualTo(network);
  }

  static Stream<Network> returns_every_network_of_the_catalogue() {
    return Catalogue.entries().stream().map(Catalogue.Entry::network);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet50d",
        "seresnext50_32x4d",
        "resnetblur50",
        "resnet50_gn",
        "resnetv2_50",
        "resnet110-scaled",
        "resnet110-exclusive-gated",
        "resnet110-dropout-shortcut",
        "resnet20-relu-before-addition",
        "wrn-28-10-dropout",
        "resnet56-width4-b",
        "resnet29-bottleneck-plain",
        "resnetv2_20-width8-plain",
        "resnet20-no-norm",
        "resnet20-width8-no-norm-plain",
        "resnetv2_8-no-norm"
      })
  void returns_the_rest_of_the_family(String name) {
    Network network = Catalogue.network(name);
    assertThat(read(text(network))).isEqualTo(network);
  }

  @Test
  void returns_dilation_and_stochastic_depth() {
    Network network = Catalogue.network("resnet50d").withOutputStride(8).withStochasticDepth(0.2);
    assertThat(read(text(network))).isEqualTo(network);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet50-v1", "resnet20-a-after", "resnet20-c", "resnet34-a"})
  void returns_other_shortcuts_and_strides(String name) {
    Network network = Catalogue.network(name);
    assertThat(read(text(network))).isEqualTo(network);
  }

  @Test
  void returns_a_network_of_no_name_in_the_catalogue() {
    Network network = custom();
    assertThat(read(text(network))).isEqualTo(network);
  }

  @Test
  void writes_that_there_is_no_norm_and_leaves_the_stem_to_it() {
    assertThat(text(Catalogue.network("resnet8-no-norm")))
        .contains(
            "\"norm\":{\"kind\":\"none\"}",
            "{\"kind\":\"single\",\"in\":3,\"out\":16,\"kernel\":3,\"stride\":1,\"padding\":1,");
  }

  @Test
  void writes_equal_blocks_once() {
    assertThat(text(custom()))
        .isEqualTo(
            """
            {"name":"mine","input":[1,28,20],"classes":3,\
            "order":"original","norm":{"kind":"batch"},\
            "stem":{"kind":"single","in":1,"out":8,"kernel":3,"stride":1,"padding":1,"pool":"none"},\
            "stages":[[{"kind":"bottleneck","in":8,"width":4,"groups":1,"strided":"1x1","out":12,"stride":2,\
            "shortcut":{"kind":"projection","kernel":3,"stride":2,"padding":1}},\
            {"kind":"basic","in":12,"out":12,"stride":1,"shortcut":{"kind":"identity"},"repeat":2}],\
            [{"kind":"basic","in":12,"out":14,"stride":2,"shortcut":{"kind":"zeros","side":"after"}},\
            {"kind":"basic","in":14,"out":14,"stride":1,"shortcut":{"kind":"none"}}]]}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"name\"|\"nam\"|$: unknown field \"nam\"; known are name, input, classes, order, norm",
        "\"name\":\"mine\",||$: name is missing",
        "\"mine\"|7|$.name: must be a text",
        "[1,28,20]|[1,28]|$.input: must be [channels, height, width]",
        "[1,28,20]|[1,28,0]|$.input: shape 1x28x0: channels, height and width must be at least 1",
        "[1,28,20]|[2,28,20]|$: mine: the stem takes 1 channels but the input is 2x28x20",
        "\"classes\":3|\"classes\":3.5|$.classes: must be a whole number below 2^31",
        "\"classes\":3|\"classes\":3000000000|$.classes: must be a whole number below 2^31",
        "\"classes\":3|\"classes\":0|$: mine: classes must be at least 1, was 0",
        "\"pool\":\"none\"|\"pool\":\"min\"|$.stem.pool: must be one of none, max, blurred-max, was \"min\"",
        "\"pool\"|\"x\":1,\"pool\"|$.stem: unknown field \"x\"",
        "\"single\"|\"double\"|$.stem.kind: must be one of single, deep, was \"double\"",
        "\"original\"|\"reverse\"|$.order: must be one of original, norm-after-addition",
        "\"batch\"|\"layer\"|$.norm.kind: must be one of batch, group, none, was \"layer\"",
        "{\"kind\":\"batch\"}|{\"kind\":\"group\",\"groups\":3}|$: mine: group norm of 8 channels in 3 groups",
        "{\"kind\":\"batch\"}|{\"kind\":\"none\",\"groups\":3}|$.norm: unknown field \"groups\"",
        "\"groups\":1|\"groups\":3|$: mine: layer1.0: convolution 4->4, dilation 1, groups 3",
        "\"kernel\":3,\"stride\":1|\"kernel\":0,\"stride\":1|$.stem: convolution 1->8, kernel 0",
        "{\"kind\":\"identity\"}|\"identity\"|$.stages[0][1].shortcut: must be an object",
        "\"bottleneck\"|\"org.resnet4j.Evil\"|$.stages[0][0].kind: must be basic, bottleneck, squeeze-excited,",
        "\"identity\"|\"open\"|$.stages[0][1].shortcut.kind: must be identity, zeros, projection,",
        "\"1x1\"|\"2x2\"|$.stages[0][0].strided: must be 1x1 or 3x3, was \"2x2\"",
        "\"after\"|\"before\"|$.stages[1][0].shortcut.side: must be around or after, was \"before\"",
        "\"identity\"|\"identity\",\"side\":\"after\"|$.stages[0][1].shortcut: unknown field \"side\"",
        "\"repeat\":2|\"repeat\":0|$.stages[0][1]: repeat = 0: must be at least 1",
        "\"repeat\":2|\"repeat\":2147483647|a network has at most 10000 blocks",
        "\"repeat\":2|\"width\":2|$.stages[0][1]: unknown field \"width\"",
        "\"padding\":1}},|\"padding\":0}},|$: mine: layer1.0: branch turns 8x28x20 into 12x14x10",
      })
  void refuses(String right, String wrong, String message) {
    String text = text(custom()).replace(right, wrong == null ? "" : wrong);
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("config.json: $")
        .hasMessageContaining(message);
  }

  @Test
  void refuses_a_stage_without_blocks_and_a_network_without_stages() {
    String text = text(custom());
    String stages = text.substring(text.indexOf("[["), text.length() - 1);
    assertThatThrownBy(() -> read(text.replace(stages, "[[]]")))
        .hasMessage("config.json: $.stages[0]: a stage needs at least one block");
    assertThatThrownBy(() -> read(text.replace(stages, "[]")))
        .hasMessage("config.json: $: mine: a network needs at least one stage");
    assertThatThrownBy(() -> read(text.replace(stages, "7")))
        .hasMessage("config.json: $.stages: must be an array");
  }

  private static Network custom() {
    Block basic = new Block.Basic(12, 12, 1, new Shortcut.Identity());
    Shortcut projection = new Shortcut.Projection(3, 2, 1);
    return new Network(
        "mine",
        new Shape(1, 28, 20),
        3,
        Stem.cifar(1, 8),
        List.of(
            Stage.of(
                new Block.Bottleneck(8, 4, 12, 2, Strided.FIRST_1X1, projection), basic, basic),
            Stage.of(
                new Block.Basic(12, 14, 2, new Shortcut.ZeroPadded(Shortcut.ZeroPadded.Side.AFTER)),
                new Block.Basic(14, 14, 1, new Shortcut.None()))));
  }

  private static String text(Network network) {
    return NetworkJson.write(network).toString();
  }

  private static Network read(String text) {
    JsonNode json = MAPPER.readTree(text);
    return NetworkJson.read(FILE, json);
  }
}
