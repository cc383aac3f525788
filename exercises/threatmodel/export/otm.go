package export

import (
	"fmt"
	"strings"

	"edu/threatlings/exercises"
	"edu/threatlings/exercises/grading"
	"edu/threatlings/exercises/threatmodel"
)

// The part of the Open Threat Model (github.com/iriusrisk/OpenThreatModel, 0.2.0)
// that this program writes and reads.
type otmFile struct {
	Version         string          `json:"otmVersion" yaml:"otmVersion"`
	Project         otmProject      `json:"project" yaml:"project"`
	Representations []otmDiagram    `json:"representations" yaml:"representations"`
	Assets          []otmAsset      `json:"assets" yaml:"assets"`
	TrustZones      []otmZone       `json:"trustZones" yaml:"trustZones"`
	Components      []otmComponent  `json:"components" yaml:"components"`
	Dataflows       []otmFlow       `json:"dataflows" yaml:"dataflows"`
	Threats         []otmThreat     `json:"threats" yaml:"threats"`
	Mitigations     []otmMitigation `json:"mitigations" yaml:"mitigations"`
}

type otmProject struct {
	Name        string `json:"name" yaml:"name"`
	ID          string `json:"id" yaml:"id"`
	Description string `json:"description" yaml:"description"`
	Owner       string `json:"owner,omitempty" yaml:"owner"`
}

type otmDiagram struct {
	Name string  `json:"name" yaml:"name"`
	ID   string  `json:"id" yaml:"id"`
	Type string  `json:"type" yaml:"type"`
	Size otmSize `json:"size" yaml:"size"`
}

type otmSize struct {
	Width  float64 `json:"width" yaml:"width"`
	Height float64 `json:"height" yaml:"height"`
}

type otmPoint struct {
	X float64 `json:"x" yaml:"x"`
	Y float64 `json:"y" yaml:"y"`
}

type otmRepresentation struct {
	Name           string   `json:"name" yaml:"name"`
	ID             string   `json:"id" yaml:"id"`
	Representation string   `json:"representation" yaml:"representation"`
	Position       otmPoint `json:"position" yaml:"position"`
	Size           otmSize  `json:"size" yaml:"size"`
}

type otmAsset struct {
	Name        string  `json:"name" yaml:"name"`
	ID          string  `json:"id" yaml:"id"`
	Description string  `json:"description" yaml:"description"`
	Risk        otmRisk `json:"risk" yaml:"risk"`
}

// otmRisk holds the fields of an asset's, a zone's and a threat's risk.
type otmRisk struct {
	Confidentiality *int   `json:"confidentiality,omitempty" yaml:"confidentiality"`
	Integrity       *int   `json:"integrity,omitempty" yaml:"integrity"`
	Availability    *int   `json:"availability,omitempty" yaml:"availability"`
	TrustRating     *int   `json:"trustRating,omitempty" yaml:"trustRating"`
	Likelihood      *int   `json:"likelihood,omitempty" yaml:"likelihood"`
	Impact          *int   `json:"impact,omitempty" yaml:"impact"`
	Comment         string `json:"comment,omitempty" yaml:"comment"`
}

type otmZone struct {
	ID              string              `json:"id" yaml:"id"`
	Name            string              `json:"name" yaml:"name"`
	Type            string              `json:"type" yaml:"type"`
	Risk            otmRisk             `json:"risk" yaml:"risk"`
	Representations []otmRepresentation `json:"representations" yaml:"representations"`
}

type otmParent struct {
	TrustZone string `json:"trustZone,omitempty" yaml:"trustZone"`
	Component string `json:"component,omitempty" yaml:"component"`
}

type otmComponent struct {
	ID              string              `json:"id" yaml:"id"`
	Name            string              `json:"name" yaml:"name"`
	Description     string              `json:"description" yaml:"description"`
	Type            string              `json:"type" yaml:"type"`
	Parent          otmParent           `json:"parent" yaml:"parent"`
	Representations []otmRepresentation `json:"representations" yaml:"representations"`
	Threats         []otmState          `json:"threats,omitempty" yaml:"threats"`
}

type otmFlow struct {
	ID            string     `json:"id" yaml:"id"`
	Name          string     `json:"name" yaml:"name"`
	Description   string     `json:"description" yaml:"description"`
	Bidirectional bool       `json:"bidirectional" yaml:"bidirectional"`
	Source        string     `json:"source" yaml:"source"`
	Destination   string     `json:"destination" yaml:"destination"`
	Tags          []string   `json:"tags,omitempty" yaml:"tags"`
	Threats       []otmState `json:"threats,omitempty" yaml:"threats"`
}

// otmState is a threat at a place, with what is done about it.
type otmState struct {
	Threat      string          `json:"threat" yaml:"threat"`
	State       string          `json:"state" yaml:"state"`
	Mitigations []otmMitigating `json:"mitigations,omitempty" yaml:"mitigations"`
}

type otmMitigating struct {
	Mitigation string `json:"mitigation" yaml:"mitigation"`
	State      string `json:"state" yaml:"state"`
}

type otmThreat struct {
	ID          string   `json:"id" yaml:"id"`
	Name        string   `json:"name" yaml:"name"`
	Description string   `json:"description" yaml:"description"`
	Categories  []string `json:"categories" yaml:"categories"`
	Risk        otmRisk  `json:"risk" yaml:"risk"`
}

type otmMitigation struct {
	ID            string `json:"id" yaml:"id"`
	Name          string `json:"name" yaml:"name"`
	Description   string `json:"description" yaml:"description"`
	RiskReduction int    `json:"riskReduction" yaml:"riskReduction"`
}

var otmTypes = map[string]string{"process": "web-service", "store": "generic-storage", "actor": "client-side", "external": "third-party-service"}

// percent of a scale from 1 to 3, or 0 where it is not rated.
func percent(n int) *int { p := []int{0, 33, 66, 100}[n]; return &p }

// OTM writes a model as an Open Threat Model 0.2.0 in JSON. A threat without a
// place is in the list of threats and at no component.
func OTM(m *threatmodel.Model) ([]byte, error) {
	p := planOf(m)
	rep := func(id string, r rect) []otmRepresentation {
		return []otmRepresentation{{Name: id, ID: "r-" + id, Representation: "diagram", Position: otmPoint{float64(r.x), float64(r.y)}, Size: otmSize{float64(r.w), float64(r.h)}}}
	}
	f := otmFile{
		Version:         "0.2.0",
		Project:         otmProject{Name: orThe(line(m.Title), "Threat model"), ID: uuid("project", m.Title), Description: describe(m), Owner: line(m.Team.Owner)},
		Representations: []otmDiagram{{Name: "Diagram", ID: "diagram", Type: "diagram", Size: otmSize{float64(p.w), float64(p.h)}}},
		Assets:          []otmAsset{}, TrustZones: []otmZone{}, Components: []otmComponent{}, Dataflows: []otmFlow{}, Threats: []otmThreat{}, Mitigations: []otmMitigation{},
	}
	for _, a := range m.Assets {
		class := threatmodel.Classes
		level := 25
		for i, c := range class {
			if c == a.Class {
				level = 25 * (i + 1)
			}
		}
		f.Assets = append(f.Assets, otmAsset{Name: line(a.Name), ID: a.ID, Description: line(strings.TrimSpace(a.Class + " " + a.Owner)),
			Risk: otmRisk{Confidentiality: &level, Integrity: &level, Availability: &level, Comment: "from its data class"}})
	}
	for _, z := range m.Zones {
		trust := zoneTrust(m, z.ID)
		f.TrustZones = append(f.TrustZones, otmZone{ID: z.ID, Name: line(z.Name), Type: z.ID, Risk: otmRisk{TrustRating: &trust}, Representations: rep("zone-"+z.ID, p.zones[z.ID])})
	}
	states := map[string][]otmState{}
	for i, t := range m.Prioritised() {
		f.Threats = append(f.Threats, otmThreat{
			ID: t.ID, Name: orThe(t.Title(), "A threat without words"), Description: exercises.Clean(t.Text), Categories: otmCategories(t),
			Risk: otmRisk{Likelihood: percent(t.Likelihood), Impact: percent(t.Impact), Comment: ratingOf(t)},
		})
		s := otmState{Threat: t.ID, State: otmThreatState(t)}
		if t.Decision != "" {
			id := fmt.Sprintf("m%d-%s", i+1, t.ID)
			reduction, state := 0, "recommended"
			if t.Decision == "mitigate" || t.Decision == "eliminate" {
				reduction, state = 100, "required"
			}
			if t.Done {
				state = "implemented"
			}
			f.Mitigations = append(f.Mitigations, otmMitigation{ID: id, Name: threatmodel.Shorten(orThe(line(t.Plan), t.Decision), 90), Description: mitigationOf(t), RiskReduction: reduction})
			s.Mitigations = []otmMitigating{{id, state}}
		}
		states[t.Place] = append(states[t.Place], s)
	}
	for _, c := range m.Components {
		f.Components = append(f.Components, otmComponent{ID: c.ID, Name: line(c.Name), Description: orThe(exercises.Clean(c.About), line(c.Name)), Type: otmTypes[c.Kind],
			Parent: otmParent{TrustZone: c.Zone}, Representations: rep("part-"+c.ID, p.nodes[c.ID]), Threats: states[c.ID]})
	}
	for _, x := range m.Flows {
		n := fmt.Sprint(x.N)
		f.Dataflows = append(f.Dataflows, otmFlow{ID: "flow-" + n, Name: strings.TrimSpace(n + " " + line(x.Protocol)), Description: line(x.Carries), Bidirectional: x.Both, Source: x.From, Destination: x.To, Threats: states[n]})
	}
	return marshal(f)
}

func otmCategories(t threatmodel.Threat) []string {
	if n := grading.LetterNames[t.Letter]; n != "" {
		return []string{n}
	}
	return []string{}
}

func otmThreatState(t threatmodel.Threat) string {
	switch tdStatus(t) {
	case "Accepted", "Transferred":
		return "accepted"
	case "Mitigated", "Eliminated":
		return "mitigated"
	}
	return "exposed"
}

// zoneTrust is a guess that the reader of the file may change: a zone of people
// and outside services is trusted least.
func zoneTrust(m *threatmodel.Model, id string) int {
	for _, c := range m.Components {
		if c.Zone == id && (c.Kind == "process" || c.Kind == "store") {
			return 60
		}
	}
	return 10
}
