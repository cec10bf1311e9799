"""usage: schema.py LIB OUT.json.gz

Rebuilds the schema of Google's Terraform provider from the generated package @cdktf/provider-google, whose folder LIB has
a module for each resource: an interface with what is required, a function that says how each argument is written, and a
class with what can be read. The document is that of `terraform providers schema -json`.
"""

import glob
import gzip
import json
import os
import re
import sys

# Each argument of a block, as the package's toHclTerraform functions list them.
ARGUMENT = re.compile(
    r'^ +"?(?P<name>\w+)"?: \{\n +value: (?P<value>[^\n]*),\n +isBlock: (?:true|false),\n'
    r' +type: "(?P<kind>\w+)",\n +storageClassType: "(?P<storage>\w+)",\n +\},',
    re.M,
)
TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "any": "dynamic",
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "booleanList": ["list", "bool"],
    "stringMap": ["map", "string"],
    "numberMap": ["map", "number"],
    "booleanMap": ["map", "bool"],
    "anyMap": ["map", "dynamic"],
    "stringMapList": ["list", ["map", "string"]],
}
NESTING = {"list": "list", "set": "set", "struct": "single", "map": "map"}
GETTER = re.compile(
    r"^    get \w+\(\) \{\n +return (?P<set>cdktf\.Fn\.tolist\()?"
    r"this\.get(?P<type>String|Number|Boolean|List|NumberList|StringMap)Attribute\('(?P<name>\w+)'\)",
    re.M,
)
MAP_MEMBER = re.compile(r'new cdktf\.(StringMap|NumberMap|BooleanMap|AnyMap|StringMapList)\(this, "(\w+)"')
BLOCK_MEMBER = re.compile(r'new (?:\w+\.)?(\w+?)(?:List|OutputReference)\(this, "(\w+)"(?:, (true|false))?\)')
INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{\n(.*?)^\}", re.M | re.S)
PROPERTY = re.compile(r"((?:/\*\*(?:(?!\*/).)*\*/)?)\s*readonly (\w+)(\??):", re.S)
WRITER = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)^\}", re.M | re.S)
CLASS = re.compile(r"^class (\w+) extends ([\w.]+) \{\n(.*?)^\}", re.M | re.S)


def first_lower(text):
    return text[0].lower() + text[1:]


def first_upper(text):
    return text[0].upper() + text[1:]


def type_of_storage(storage):
    return TYPES[first_lower(storage)]


class Module:
    """One folder of the package: a resource, a data source or the provider."""

    def __init__(self, folder):
        javascript, declarations = self.read(folder)
        self.javascript = javascript
        # interface -> property -> (is it optional, is it a block)
        self.interfaces = {
            name: {
                prop: (mark == "?", bool(re.search(r"^\s*\*\s+\w+ block\s*$", comment, re.M)))
                for comment, prop, mark in PROPERTY.findall(body)
            }
            for name, body in INTERFACE.findall(declarations)
        }
        self.writers = {name: self.arguments(body) for name, body in WRITER.findall(javascript)}
        self.classes = {name: (parent, body) for name, parent, body in CLASS.findall(javascript)}

    @staticmethod
    def read(folder):
        texts = {".js": "", ".d.ts": ""}
        for path, _, files in os.walk(folder):
            for file in sorted(files):
                ending = ".d.ts" if file.endswith(".d.ts") else os.path.splitext(file)[1]
                if ending in texts:
                    with open(os.path.join(path, file)) as text:
                        texts[ending] += text.read() + "\n"
        return texts[".js"], texts[".d.ts"]

    @staticmethod
    def arguments(body):
        found = [match.groupdict() for match in ARGUMENT.finditer(body)]
        if len(found) != body.count("isBlock:"):
            raise SystemExit(f"schema.py: arguments that it does not understand: {body[:200]}")
        return found

    def readable(self, name):
        """What can be read of a class: name -> type."""
        if name not in self.classes:
            return {}
        body = self.classes[name][1]
        found = {}
        for match in GETTER.finditer(body):
            kind = {"List": ["list", "string"]}.get(match["type"]) or type_of_storage(match["type"])
            found[match["name"]] = ["set", kind[1]] if match["set"] else kind
        for storage, member in MAP_MEMBER.findall(body):
            found[member] = type_of_storage(storage)
        for block, member, is_set in BLOCK_MEMBER.findall(body):
            if block != "StringMap":
                found[member] = ["set" if is_set == "true" else "list", self.object_of(block)]
        return found

    def object_of(self, block):
        members = self.readable(block + "OutputReference")
        for argument in self.writers.get(first_lower(block), []):
            if argument["storage"] in TYPES:
                members.setdefault(argument["name"], TYPES[argument["storage"]])
        return ["object", dict(sorted(members.items()))]

    def block(self, arguments, interface, readable, above=()):
        properties = self.interfaces.get(interface, {})
        attributes, blocks = {}, {}
        for argument in arguments:
            name = argument["name"]
            found = re.search(r"(?:struct\.|this\._)(\w+)", argument["value"])
            prop = found[1] if found else None
            if prop and prop not in properties:
                prop += "Attribute"
            optional, is_block = properties.get(prop, (True, False))
            # Whether an optional value is also computed is not told; for `validate` it is the same.
            use = {"optional": True, "computed": True} if optional else {"required": True}
            if argument["storage"] in TYPES:
                kind = TYPES[argument["storage"]]
                attributes[name] = {"type": ["set", kind[1]] if argument["kind"] == "set" else kind, **use}
                continue
            inner = self.writer_in(argument["value"])
            if inner not in self.writers or inner in above:
                continue
            base = first_upper(inner)
            if not is_block:
                kind = self.object_of(base)
                if argument["kind"] in ("list", "set"):
                    kind = [argument["kind"], kind]
                attributes[name] = {"type": kind, **use}
                continue
            nested = {
                "nesting_mode": NESTING[argument["kind"]],
                "block": self.block(self.writers[inner], base, base + "OutputReference", (*above, inner)),
            }
            if nested["nesting_mode"] in ("list", "set"):
                if not optional:
                    nested["min_items"] = 1
                if "listMapper" not in argument["value"]:
                    nested["max_items"] = 1
            blocks[name] = nested
        for name, kind in self.readable(readable).items():
            if name not in attributes and name not in blocks:
                attributes[name] = {"type": kind, "computed": True}
        both = {"attributes": attributes, "block_types": blocks}
        return {key: dict(sorted(value.items())) for key, value in both.items() if value}

    @staticmethod
    def writer_in(value):
        """The function that writes what is inside an argument."""
        plain = ("string", "number", "boolean", "any")
        names = [n for n in re.findall(r"(?<!cdktf\.)\b(\w+)ToHclTerraform", value) if n not in plain]
        return names[0] if names else re.search(r"(\w+?)ToTerraform", value)[1]

    def schemas(self):
        """Each thing that the module describes: its kind, its name in Terraform, its schema."""
        for name, (parent, body) in self.classes.items():
            kind = parent.removeprefix("cdktf.")
            if kind not in ("TerraformResource", "TerraformDataSource", "TerraformProvider"):
                continue
            type_name = re.search(rf'^{name}\.tfResourceType = "(\w+)"', self.javascript, re.M)[1]
            written = re.search(r"synthesizeHclAttributes\(\) \{\n(.*?)^    \}", body, re.M | re.S)[1]
            block = self.block(self.arguments(written), name + "Config", name)
            yield kind, type_name, {"version": 0, "block": block}


def main(library, target):
    whole = {"provider": None, "resource_schemas": {}, "data_source_schemas": {}}
    for folder in sorted(glob.glob(os.path.join(library, "*", ""))):
        for kind, name, schema in Module(folder).schemas():
            if kind == "TerraformProvider":
                for attribute in schema["block"]["attributes"].values():
                    attribute.pop("computed", None)
                whole["provider"] = schema
            else:
                group = "resource_schemas" if kind == "TerraformResource" else "data_source_schemas"
                whole[group][name] = schema
    if whole["provider"] is None or len(whole["resource_schemas"]) < 1000:
        raise SystemExit(f"schema.py: {library} is not the package that it was written for")
    document = {"format_version": "1.0", "provider_schemas": {"registry.terraform.io/hashicorp/google": whole}}
    with gzip.open(target, "wt") as out:
        json.dump(document, out, separators=(",", ":"))


main(*sys.argv[1:3])
