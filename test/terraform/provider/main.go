// A stand-in for Google's provider: it serves a schema (the document of `terraform providers schema -json`) and checks nothing else.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.json.gz
var raw []byte

const addr = "registry.terraform.io/hashicorp/google"

type jAttr struct {
	Type                         json.RawMessage
	Required, Optional, Computed bool
}
type jBlock struct {
	Attributes map[string]jAttr
	BlockTypes map[string]jNested `json:"block_types"`
}
type jNested struct {
	NestingMode string `json:"nesting_mode"`
	Block       jBlock
	MinItems    int64 `json:"min_items"`
	MaxItems    int64 `json:"max_items"`
}
type jSchema struct {
	Version int64
	Block   jBlock
}
type jProv struct {
	Provider    jSchema
	Resources   map[string]jSchema `json:"resource_schemas"`
	DataSources map[string]jSchema `json:"data_source_schemas"`
}

var modes = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle, "list": tfprotov5.SchemaNestedBlockNestingModeList,
	"set": tfprotov5.SchemaNestedBlockNestingModeSet, "map": tfprotov5.SchemaNestedBlockNestingModeMap,
}

func block(b jBlock) *tfprotov5.SchemaBlock {
	o := &tfprotov5.SchemaBlock{}
	for n, a := range b.Attributes {
		t, err := tftypes.ParseJSONType(a.Type)
		if err != nil {
			panic(fmt.Sprint(n, err))
		}
		o.Attributes = append(o.Attributes, &tfprotov5.SchemaAttribute{Name: n, Type: t, Required: a.Required, Optional: a.Optional, Computed: a.Computed})
	}
	for n, nb := range b.BlockTypes {
		o.BlockTypes = append(o.BlockTypes, &tfprotov5.SchemaNestedBlock{TypeName: n, Nesting: modes[nb.NestingMode], MinItems: nb.MinItems, MaxItems: nb.MaxItems, Block: block(nb.Block)})
	}
	sort.Slice(o.Attributes, func(i, j int) bool { return o.Attributes[i].Name < o.Attributes[j].Name })
	sort.Slice(o.BlockTypes, func(i, j int) bool { return o.BlockTypes[i].TypeName < o.BlockTypes[j].TypeName })
	return o
}
func schemas(m map[string]jSchema) map[string]*tfprotov5.Schema {
	o := map[string]*tfprotov5.Schema{}
	for n, s := range m {
		o[n] = &tfprotov5.Schema{Version: s.Version, Block: block(s.Block)}
	}
	return o
}

type server struct {
	tfprotov5.ProviderServer
	resp *tfprotov5.GetProviderSchemaResponse
}

func (s *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return s.resp, nil
}
func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}
func (s *server) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}
func (s *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

// computed-only attributes must not be set in configuration
func walk(b *tfprotov5.SchemaBlock, v tftypes.Value, p *tftypes.AttributePath, d *[]*tfprotov5.Diagnostic) {
	if v.IsNull() || !v.IsKnown() {
		return
	}
	var m map[string]tftypes.Value
	if v.As(&m) != nil {
		return
	}
	for _, a := range b.Attributes {
		if av, ok := m[a.Name]; ok && a.Computed && !a.Optional && !av.IsNull() {
			*d = append(*d, &tfprotov5.Diagnostic{Severity: tfprotov5.DiagnosticSeverityError, Summary: "Value for unconfigurable attribute",
				Detail: fmt.Sprintf("%q is set by the provider and cannot be configured.", a.Name), Attribute: p.WithAttributeName(a.Name)})
		}
	}
	for _, nb := range b.BlockTypes {
		bv, ok := m[nb.TypeName]
		if !ok || bv.IsNull() || !bv.IsKnown() {
			continue
		}
		np := p.WithAttributeName(nb.TypeName)
		if nb.Nesting == tfprotov5.SchemaNestedBlockNestingModeSingle {
			walk(nb.Block, bv, np, d)
			continue
		}
		var l []tftypes.Value
		if bv.As(&l) == nil {
			for i, e := range l {
				if nb.Nesting == tfprotov5.SchemaNestedBlockNestingModeSet {
					walk(nb.Block, e, np.WithElementKeyValue(e), d)
				} else {
					walk(nb.Block, e, np.WithElementKeyInt(i), d)
				}
			}
		}
	}
}
func check(s *tfprotov5.Schema, c *tfprotov5.DynamicValue) (d []*tfprotov5.Diagnostic, err error) {
	v, err := c.Unmarshal(s.ValueType())
	if err == nil {
		walk(s.Block, v, tftypes.NewAttributePath(), &d)
	}
	return
}
func (s *server) ValidateResourceTypeConfig(_ context.Context, r *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	d, err := check(s.resp.ResourceSchemas[r.TypeName], r.Config)
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: d}, err
}
func (s *server) ValidateDataSourceConfig(_ context.Context, r *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	d, err := check(s.resp.DataSourceSchemas[r.TypeName], r.Config)
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: d}, err
}

func main() {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	var doc struct {
		P map[string]jProv `json:"provider_schemas"`
	}
	if err := json.NewDecoder(z).Decode(&doc); err != nil {
		panic(err)
	}
	p := doc.P[addr]
	srv := &server{resp: &tfprotov5.GetProviderSchemaResponse{
		Provider:        &tfprotov5.Schema{Version: p.Provider.Version, Block: block(p.Provider.Block)},
		ResourceSchemas: schemas(p.Resources), DataSourceSchemas: schemas(p.DataSources),
	}}
	if err := tf5server.Serve(addr, func() tfprotov5.ProviderServer { return srv }); err != nil {
		panic(err)
	}
}
